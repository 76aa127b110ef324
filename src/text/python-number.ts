/** Python's numbers: decimal, hexadecimal, octal and binary ones, with `_` between digits. */
import type { Cursor } from './python-cursor.ts'
import { foreign, match, must, NoLiteral, skipBlanks, take } from './python-cursor.ts'

const DIGITS = String.raw`\d(?:_?\d)*`
const BASED = String.raw`0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+`
const DECIMAL = String.raw`(?:(?:${DIGITS}\.?(?:${DIGITS})?|\.${DIGITS})(?:[eE][+-]?${DIGITS})?)[jJ]?`
const NUMBER = new RegExp(`(?:${BASED}|${DECIMAL})(?!\\w)`, 'y')

/** A sign counts for the number behind it, also in parentheses. */
export function readNumber(cursor: Cursor): number | null {
  const isNegative = take(cursor, '-')
  const isSigned = isNegative || take(cursor, '+')
  let depth = 0
  if (isSigned) while (take(cursor, '(')) depth++
  const size = readSize(cursor)
  for (; depth > 0; depth--) must(cursor, ')')
  readSum(cursor)
  return size === null ? null : isNegative ? -size : size
}

function readSize(cursor: Cursor): number | null {
  skipBlanks(cursor)
  const found = match(cursor, NUMBER)?.[0]
  if (found === undefined) throw new NoLiteral('number')
  const plain = found.replaceAll('_', '')
  const isBased = /^0[xXoObB]/.test(plain)
  // 0123 is none in Python 3, 00 is.
  if (/^0\d+$/.test(plain) && !/^0+$/.test(plain)) throw new NoLiteral('number')
  if (!isBased && /[jJ]$/.test(plain)) return foreign(cursor, 'a complex number')
  const size = Number(plain)
  if (!Number.isFinite(size)) return foreign(cursor, 'an infinite number')
  const isWhole = isBased || /^\d+$/.test(plain)
  // It would lose digits: its text is kept.
  if (isWhole && !Number.isSafeInteger(size)) throw new NoLiteral('digits')
  return size
}

/** `1+2j` is one number; no other sum is a literal. */
function readSum(cursor: Cursor): void {
  if (!take(cursor, '+') && !take(cursor, '-')) return
  skipBlanks(cursor)
  if (!/[jJ]$/.test(match(cursor, NUMBER)?.[0] ?? '')) throw new NoLiteral('sum')
  foreign(cursor, 'a complex number')
}
