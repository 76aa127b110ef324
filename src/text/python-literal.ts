/** Python's literals as ast.literal_eval reads them, which gives values of INI inventories their types. Pure. */
import type { Cursor } from './python-cursor.ts'
import { foreign, match, must, NoLiteral, skipBlanks, take } from './python-cursor.ts'
import { readNumber } from './python-number.ts'
import { readStrings } from './python-string.ts'

/** `none`: the text is no literal; `foreign`: one whose value has no place in JSON, named. */
export type Literal = { value: unknown } | 'none' | { foreign: string }

/** Python's own limit. */
const DEEPEST = 200
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy

/** Reads one line's text. */
export function pythonLiteral(text: string): Literal {
  // Most values are plain words and addresses.
  if (/^[ \t]*[A-Za-z_/~*@$%]/.test(text) && !/^[ \t]*(?:True|False|None|[rRbBuU]{1,2}['"]|set\s*\()/.test(text))
    return 'none'
  if (/^\d+\.\d+\.[\d.]+$/.test(text)) return 'none'
  const cursor: Cursor = { text, at: 0, foreign: null }
  try {
    const value = readAll(cursor)
    return cursor.foreign === null ? { value } : { foreign: cursor.foreign }
  } catch (error) {
    if (error instanceof NoLiteral) return 'none'
    throw error
  }
}

/** The whole text; with a comma in it and no brackets round it, it is a list. */
function readAll(cursor: Cursor): unknown {
  const first = readValue(cursor, 0)
  const found = take(cursor, ',') ? [first, ...readItems(cursor, '', 0)] : first
  skipBlanks(cursor)
  if (cursor.at < cursor.text.length) throw new NoLiteral('more')
  return found
}

function readValue(cursor: Cursor, depth: number): unknown {
  skipBlanks(cursor)
  const text = readStrings(cursor)
  if (text !== null) return text
  const word = match(cursor, WORD)?.[0]
  if (word !== undefined) return namedValue(cursor, word)
  if (take(cursor, '...')) return foreign(cursor, 'an ellipsis')
  const open = ['[', '{', '('].find((bracket) => take(cursor, bracket))
  if (open === undefined) return readNumber(cursor)
  if (depth >= DEEPEST) throw new NoLiteral('depth')
  if (open === '[') return readItems(cursor, ']', depth + 1)
  return open === '{' ? readBraces(cursor, depth + 1) : readParentheses(cursor, depth + 1)
}

function namedValue(cursor: Cursor, word: string): unknown {
  if (word === 'True' || word === 'False') return word === 'True'
  if (word === 'None') return null
  if (word !== 'set') throw new NoLiteral(word)
  must(cursor, '(')
  must(cursor, ')')
  return foreign(cursor, 'a set')
}

/** Items up to `close`, or to the end of the text where that is empty, with a comma after the last one or not. */
function readItems(cursor: Cursor, close: string, depth: number): unknown[] {
  const list: unknown[] = []
  for (;;) {
    skipBlanks(cursor)
    if (close === '' ? cursor.at >= cursor.text.length : take(cursor, close)) return list
    list.push(readValue(cursor, depth))
    if (take(cursor, ',')) continue
    if (close !== '') must(cursor, close)
    return list
  }
}

/** One value in parentheses is that value, with a comma behind it a list. */
function readParentheses(cursor: Cursor, depth: number): unknown {
  if (take(cursor, ')')) return []
  const first = readValue(cursor, depth)
  if (take(cursor, ')')) return first
  must(cursor, ',')
  return [first, ...readItems(cursor, ')', depth)]
}

function readBraces(cursor: Cursor, depth: number): unknown {
  if (take(cursor, '}')) return {}
  const entries: [string, unknown][] = []
  do {
    if (entries.length > 0 && take(cursor, '}')) return Object.fromEntries(entries)
    const key = readKey(cursor, depth)
    if (entries.length === 0 && !take(cursor, ':')) return readSet(cursor, depth)
    if (entries.length > 0) must(cursor, ':')
    entries.push([key, readValue(cursor, depth)])
  } while (take(cursor, ','))
  must(cursor, '}')
  return Object.fromEntries(entries)
}

/** The rest of a set, behind its first item. */
function readSet(cursor: Cursor, depth: number): null {
  if (take(cursor, ',')) readItems(cursor, '}', depth)
  else must(cursor, '}')
  return foreign(cursor, 'a set')
}

/** As Python's json writes keys. */
function readKey(cursor: Cursor, depth: number): string {
  const start = cursor.at
  const key = readValue(cursor, depth)
  if (typeof key === 'string') return key
  const isFraction =
    typeof key === 'number' && /[.eE]/.test(cursor.text.slice(start, cursor.at).replace(/0[xX]\w+/, ''))
  if ((typeof key === 'object' && key !== null) || isFraction) foreign(cursor, 'a key that is no text')
  return String(key)
}
