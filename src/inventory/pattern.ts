/** Host patterns as text: how a list is split, and what one part of it means. */
import { parseAddress } from '../text/ip.ts'

/** One part of a pattern: what it selects, and what is done with the selection. */
export interface PatternPart {
  /** As written, for messages. */
  text: string
  operation: 'add' | 'keep' | 'remove'
  /** Without the operator and the subscript. */
  expression: string
  /** `[2]`, `[-1]`, `[0:3]` (end inclusive, null: to the last). */
  subscript: { start: number; end: number | null; range: boolean } | null
}

const SUBSCRIPT = /^(.+)\[(?:(-?\d+)|(\d+):(\d*))\]$/

/**
 * Splits a pattern as Ansible does: at commas, else at colons outside of brackets (unless the whole is an IPv6 address
 * or a name with a port). Additions come first, then `&`, then `!`; with neither additions, `all` is added.
 */
export function parsePattern(pattern: string): PatternPart[] {
  const parts = splitPattern(pattern).map(parsePart)
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

/** A glob (`*`, `?`, `[a-c]`, `[!a-c]`, anchored at both ends) or `~regex` (anchored at the start). Throws SyntaxError. */
export function patternRegex(expression: string): RegExp {
  if (expression.startsWith('~')) return new RegExp(`^(?:${expression.slice(1)})`, 'u')
  let source = ''
  for (let i = 0; i < expression.length; i++) {
    const char = expression.charAt(i)
    const close = char === '[' ? expression.indexOf(']', i + 2) : -1
    if (close > 0) {
      const body = expression
        .slice(i + 1, close)
        .replaceAll('\\', '\\\\')
        .replaceAll('[', '\\[')
      source += `[${body.startsWith('!') ? `^${body.slice(1)}` : body.replace(/^\^/, '\\^')}]`
      i = close
    } else if (char === '*') source += '.*'
    else if (char === '?') source += '.'
    else source += char.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
  }
  return new RegExp(`^(?:${source})$`, 'su')
}

function splitPattern(pattern: string): string[] {
  const isSingle = parseAddress(pattern) !== null || /^(?:[^\s:[\]]|\[[^\]]*\])+:\d+$/.test(pattern)
  const parts = pattern.includes(',')
    ? pattern.split(',')
    : isSingle
      ? [pattern]
      : (pattern.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? [])
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

function parsePart(text: string): PatternPart {
  const operation = text.startsWith('&') ? 'keep' : text.startsWith('!') ? 'remove' : 'add'
  const rest = operation === 'add' ? text : text.slice(1)
  const match = rest.startsWith('~') ? null : SUBSCRIPT.exec(rest)
  if (match === null) return { text, operation, expression: rest, subscript: null }
  const [, expression = '', index, start, end] = match
  const subscript =
    index === undefined
      ? { start: Number(start), end: end === '' ? null : Number(end), range: true }
      : { start: Number(index), end: null, range: false }
  return { text, operation, expression, subscript }
}
