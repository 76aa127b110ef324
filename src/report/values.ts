/** Values of facts as short text, and the parts in which two values differ. All text comes out sanitized. */
import { KNOWN_AFTER_APPLY, plainValue } from '../model/plain.ts'
import { sanitize } from './sanitize.ts'
import { count } from './wrap.ts'

const MAX_STRING = 60

/** Keys whose values say what they are. */
const SPEAKING: ReadonlySet<string> = new Set(['path', 'content', 'address'])

/** Where a fact's value differs: the path inside it (empty: as a whole), before and after as text. */
export interface Difference {
  path: string
  before: string
  after: string
}

/** One line for a value: null is `absent`, text of several lines is counted, records are `key value` pairs. */
export function describeValue(value: unknown): string {
  return describe(plainValue(value), true)
}

function describe(value: unknown, top: boolean): string {
  if (value === null) return 'absent'
  if (typeof value === 'string') return describeString(value)
  if (typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) {
    if (value.length === 0) return 'none'
    return value.map((item) => describe(item, false)).join(value.some(isRecord) ? '; ' : ' ')
  }
  const parts = Object.entries(value)
    .filter(([key, item]) => item !== null && !(key === 'kind' && item === 'file'))
    .map(([key, item]) => (SPEAKING.has(key) ? '' : `${sanitize(key)} `) + describe(item, false))
  if (parts.length === 0) return 'empty'
  return top ? parts.join(', ') : `(${parts.join(', ')})`
}

function describeString(value: string): string {
  if (value === '') return '""'
  if (value.includes('\n')) return count(value.replace(/\n$/, '').split('\n').length, 'line')
  return sanitize(value.length > MAX_STRING ? `${value.slice(0, MAX_STRING - 1)}…` : value)
}

/** Both values as text; two records are compared part by part, as deep as both are records. */
export function differences(before: unknown, after: unknown): Difference[] {
  return compare(plainValue(before), plainValue(after), '')
}

function compare(before: unknown, after: unknown, path: string): Difference[] {
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return keys.flatMap((key) => compare(before[key] ?? null, after[key] ?? null, path === '' ? key : `${path}.${key}`))
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  const [gone, come] = differingItems(before, after)
  return [{ path: sanitize(path), ...contrast(gone, come) }]
}

/** Of two lists of records only the records that the other does not hold; null where there are none. */
function differingItems(before: unknown, after: unknown): [unknown, unknown] {
  if (!Array.isArray(before) || !Array.isArray(after) || ![...before, ...after].some(isRecord)) return [before, after]
  const [old, now] = [before, after].map((list) => new Set(list.map((item) => JSON.stringify(item))))
  const gone = before.filter((item) => !now!.has(JSON.stringify(item)))
  const come = after.filter((item) => !old!.has(JSON.stringify(item)))
  if (gone.length + come.length === 0) return [before, after]
  return [gone.length === 0 ? null : gone, come.length === 0 ? null : come]
}

/** Texts that would read the same though the values differ (two files of three lines) say that they do. */
function contrast(before: unknown, after: unknown): { before: string; after: string } {
  const texts = { before: describe(before, true), after: describe(after, true) }
  return texts.before === texts.after ? { ...texts, after: `other ${texts.after}` } : texts
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether the value can only be known once something was applied. */
export function isKnownAfterApply(value: unknown): boolean {
  return plainValue(value) === KNOWN_AFTER_APPLY
}
