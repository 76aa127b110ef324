/** Python's strings: four kinds of quotes, prefixes, escapes; strings side by side are one. */
import type { Cursor } from './python-cursor.ts'
import { foreign, match, NoLiteral, skipBlanks } from './python-cursor.ts'

const OPENING = /([rRbBuU]|[rR][bB]|[bB][rR])?('''|"""|'|")/y
const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}
const HEX: Readonly<Record<string, RegExp>> = { x: /[\da-fA-F]{2}/y, u: /[\da-fA-F]{4}/y, U: /[\da-fA-F]{8}/y }

/** All strings that stand here, joined; null where there is none. */
export function readStrings(cursor: Cursor): string | null {
  let all: string | null = null
  let kind: boolean | null = null
  for (;;) {
    skipBlanks(cursor)
    const opening = match(cursor, OPENING)
    if (opening === null) return all
    const [, prefix = '', quote = ''] = opening
    const isBytes = /b/i.test(prefix)
    if (kind !== null && kind !== isBytes) throw new NoLiteral('bytes and text')
    kind = isBytes
    all = (all ?? '') + readContent(cursor, quote, /r/i.test(prefix), isBytes)
  }
}

function readContent(cursor: Cursor, quote: string, raw: boolean, isBytes: boolean): string {
  let out = ''
  while (!cursor.text.startsWith(quote, cursor.at)) {
    if (cursor.at >= cursor.text.length) throw new NoLiteral('quote')
    const char = cursor.text.charAt(cursor.at++)
    if (isBytes && char > '\u007F') throw new NoLiteral('bytes')
    if (char !== '\\') out += char
    else if (raw) out += `\\${cursor.text.charAt(cursor.at++)}`
    else out += readEscape(cursor, isBytes)
  }
  cursor.at += quote.length
  return out
}

/** Behind the backslash, which stays where the escape is none. */
function readEscape(cursor: Cursor, isBytes: boolean): string {
  const letter = cursor.text.charAt(cursor.at)
  const simple = ESCAPES[letter]
  if (simple !== undefined) return (cursor.at++, simple)
  const octal = match(cursor, /[0-7]{1,3}/y)?.[0]
  if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8))
  if (letter === 'N' && !isBytes) return foreign(cursor, 'a character by its name') ?? ''
  const hex = HEX[letter]
  if (hex === undefined || (isBytes && letter !== 'x')) return '\\'
  cursor.at++
  const code = Number.parseInt(match(cursor, hex)?.[0] ?? 'none', 16)
  if (Number.isNaN(code) || code > 0x10ffff) throw new NoLiteral('escape')
  if (code >= 0xd800 && code <= 0xdfff) return foreign(cursor, 'half of a character') ?? ''
  return String.fromCodePoint(code)
}
