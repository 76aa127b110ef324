/** What a zod issue says, in a person's words. */
import type { z } from 'zod'
import { didYouMean } from './closest.ts'
import { resolvePlain } from './yaml-scalar.ts'

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'yes or no',
  array: 'a list',
  tuple: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  map: 'a mapping',
  null: 'nothing',
}

/** A value in a message: its kind and, where it is short and no secret, the value. */
export function describeValue(value: unknown): string {
  if (value === null) return 'nothing'
  if (typeof value === 'string') return `text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`
  if (typeof value === 'number') return `the number ${value}`
  if (typeof value === 'boolean') return value ? 'yes (true)' : 'no (false)'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && Object.getPrototypeOf(value) !== Object.prototype) return 'a secret'
  return 'a mapping'
}

/** Code and text of one issue that is neither about unknown keys nor about alternatives with a clear favourite. */
export function explainIssue(issue: z.core.$ZodIssue): { code: string; text: string; hint?: string } {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return { code: 'missing-key', text: 'is missing' }
      return {
        code: 'wrong-type',
        text: `expected ${typeName(issue.expected)}, got ${describeValue(issue.input)}`,
        hint: spelling(issue.input, issue.expected),
      }
    case 'invalid_value':
      if (issue.input === undefined) return { code: 'missing-key', text: 'is missing' }
      return { code: 'bad-value', text: oneOf(issue.values.map(String), issue.input) }
    case 'invalid_union':
      if (issue.input === undefined) return { code: 'missing-key', text: 'is missing' }
      return { code: 'wrong-type', text: `expected ${alternatives(issue)}, got ${describeValue(issue.input)}` }
    case 'too_small':
      return { code: 'bad-value', text: bound(issue, 'at least', issue.minimum) }
    case 'too_big':
      return { code: 'bad-value', text: bound(issue, 'at most', issue.maximum) }
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return { code: 'bad-value', text: lowerFirst(issue.message) }
    case 'invalid_key':
      return { code: 'bad-value', text: `bad name: ${lowerFirst(issue.issues[0]?.message ?? issue.message)}` }
    default:
      return { code: 'bad-value', text: 'is not valid' }
  }
}

/** What to do where text stands in the place of a number or a truth value and could be one. */
function spelling(input: unknown, expected: string): string {
  if (typeof input !== 'string' || !['number', 'int', 'boolean'].includes(expected)) return ''
  if (typeof resolvePlain(input) === (expected === 'boolean' ? 'boolean' : 'number')) return 'write it without quotes'
  const isWhole = expected !== 'boolean' && /^[-+]?\d+$/.test(input)
  return isWhole ? `whole numbers are read up to ${Number.MAX_SAFE_INTEGER}` : ''
}

function typeName(expected: string): string {
  return TYPES[expected] ?? expected
}

function oneOf(values: string[], input: unknown): string {
  const near = typeof input === 'string' ? didYouMean(input, values) : ''
  const list = values.length === 1 ? values[0] : `one of ${values.join(', ')}`
  return `expected ${list}, got ${describeValue(input)}${near === '' ? '' : `, ${near}`}`
}

function alternatives(issue: z.core.$ZodIssueInvalidUnion): string {
  return [...new Set(expectedKinds(issue))].join(' or ') || 'something else'
}

function expectedKinds(issue: z.core.$ZodIssueInvalidUnion): string[] {
  return issue.errors.flat().flatMap((inner) => {
    if (inner.code === 'invalid_type') return [typeName(inner.expected)]
    if (inner.code === 'invalid_union') return expectedKinds(inner)
    return inner.code === 'invalid_value' ? inner.values.map(String) : []
  })
}

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' items', set: ' items' }

function bound(
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
  relation: 'at least' | 'at most',
  limit: number | bigint,
): string {
  const unit = UNITS[issue.origin]
  const strict = relation === 'at least' ? 'more than' : 'less than'
  const words = `${issue.inclusive === false ? strict : relation} ${limit}`
  if (unit === undefined) return `must be ${words}, got ${describeValue(issue.input)}`
  return words === 'at least 1' ? 'must not be empty' : `must have ${words}${unit}`
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}
