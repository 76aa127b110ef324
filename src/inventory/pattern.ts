/** Host patterns as text: how a list is split, and what one part of it means. */
import { globRegex } from '../text/fnmatch.ts'
import { pythonRegex } from '../text/python-regex.ts'
import { parseHostAddress } from './host-address.ts'

/** One part of a pattern: what it selects, and what is done with the selection. */
export interface PatternPart {
  /** As written, for messages. */
  text: string
  operation: 'add' | 'keep' | 'remove'
  /** Without the operator and the subscript. */
  expression: string
  /** `[2]`, `[-1]`, `[0:3]` (end inclusive, null: to the last). */
  subscript: Subscript | null
}

type Subscript = { index: number } | { start: number; end: number | null }

const SUBSCRIPT = /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/
/** What stands between colons; those in brackets do not count. */
const BETWEEN_COLONS = /(?:[^\s:[\]]|\[[^\]]*\])+/g

/**
 * Splits a pattern as Ansible does: at commas, else at colons outside of brackets (unless the whole is an address or a
 * name with a port).
 */
export function splitPattern(pattern: string): string[] {
  const parts = pattern.includes(',')
    ? pattern.split(',')
    : parseHostAddress(pattern) !== null
      ? [pattern]
      : (pattern.match(BETWEEN_COLONS) ?? [])
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** In the order in which they work: additions, then `&`, then `!`; without any addition, `all` is added. */
export function parseParts(texts: readonly string[]): PatternPart[] {
  const parts = texts.map(parsePart)
  const added = parts.filter((part) => part.operation === 'add')
  const kept = parts.filter((part) => part.operation === 'keep')
  const removed = parts.filter((part) => part.operation === 'remove')
  if (added.length === 0 && parts.length > 0) added.push(parsePart('all'))
  return [...added, ...kept, ...removed]
}

/** Whether the expression is a name and no glob or regular expression. */
export function isPlainName(expression: string): boolean {
  return !/[*?[]/.test(expression) && !expression.startsWith('~')
}

/** A glob, anchored at both ends, or `~regex`, anchored at the start. Throws SyntaxError. */
export function patternRegex(expression: string): RegExp {
  return expression.startsWith('~') ? pythonRegex(expression.slice(1)) : globRegex(expression)
}

/** `[3:1]`. */
export function isBackward(subscript: Subscript): boolean {
  return 'start' in subscript && subscript.end !== null && subscript.end < subscript.start
}

/** What a subscript takes of a list; null where it names an item that is not there. */
export function subscripted<T>(items: readonly T[], subscript: Subscript): T[] | null {
  // As Ansible: `[N:0]` is `[N]`.
  const one = 'index' in subscript ? subscript.index : subscript.end === 0 ? subscript.start : null
  if (one === null) {
    const { start, end } = subscript as { start: number; end: number | null }
    return items.slice(start, end === null ? undefined : end + 1)
  }
  const item = items.at(one)
  return item === undefined ? null : [item]
}

function parsePart(text: string): PatternPart {
  const operation = text.startsWith('&') ? 'keep' : text.startsWith('!') ? 'remove' : 'add'
  const rest = operation === 'add' ? text : text.slice(1)
  const match = rest.startsWith('~') ? null : SUBSCRIPT.exec(rest)
  if (match === null) return { text, operation, expression: rest, subscript: null }
  const [, expression = '', index, start, end] = match
  const subscript =
    index === undefined ? { start: Number(start), end: end === '' ? null : Number(end) } : { index: Number(index) }
  return { text, operation, expression, subscript }
}
