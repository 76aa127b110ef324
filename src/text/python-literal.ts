/** Python's literals as ast.literal_eval reads them, which gives values of INI inventories their types. Pure. */

/** `none`: the text is no literal; `foreign`: one whose value has no place in JSON, named. */
export type Literal = { value: unknown } | 'none' | { foreign: string }

const DEEPEST = 90
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
const NUMBER =
  /^(?:0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.?(?:\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?[jJ]?)/
const DECIMAL = /^(?:(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?[jJ]?)$/
const STRING = /^([rRbBuU]|[rR][bB]|[bB][rR])?('''|"""|'|")/

class NoLiteral extends Error {}
class Foreign extends Error {}

/** Reads one line's text. */
export function pythonLiteral(text: string): Literal {
  // Most values are plain words.
  if (/^[ \t]*[A-Za-z_/~*@$%]/.test(text) && !/^[ \t]*(?:True|False|None|[rRbBuU]{1,2}['"]|set\()/.test(text))
    return 'none'
  try {
    const reader = newReader(text.replace(/^[ \t]+/, ''))
    const value = reader.top()
    return { value }
  } catch (error) {
    if (error instanceof NoLiteral) return 'none'
    if (error instanceof Foreign) return { foreign: error.message }
    throw error
  }
}

function newReader(text: string): { top: () => unknown } {
  let at = 0
  let depth = 0
  const skip = (): void => {
    while (/[ \t\f]/.test(text.charAt(at))) at++
    if (text.charAt(at) === '#') at = text.length
  }
  const take = (token: string): boolean => {
    skip()
    if (!text.startsWith(token, at)) return false
    at += token.length
    return true
  }
  const must = (token: string): void => {
    if (!take(token)) throw new NoLiteral(token)
  }

  function top(): unknown {
    const first = value()
    const found = take(',') ? [first, ...items('')] : first
    skip()
    if (at < text.length) throw new NoLiteral('more')
    return found
  }

  /** Items up to `close`, with a comma after the last one or not. */
  function items(close: string): unknown[] {
    const list: unknown[] = []
    for (;;) {
      skip()
      if (close === '' ? at >= text.length : take(close)) return list
      list.push(value())
      if (take(',')) continue
      if (close !== '') must(close)
      return list
    }
  }

  function value(): unknown {
    if (++depth > DEEPEST) throw new NoLiteral('depth')
    try {
      skip()
      const rest = text.slice(at)
      if (STRING.test(rest)) return strings()
      const [word] = /^[A-Za-z_]\w*/.exec(rest) ?? []
      if (word !== undefined) return named(word)
      if (take('[')) return items(']')
      if (take('{')) return braces()
      if (take('(')) return parentheses()
      return number()
    } finally {
      depth--
    }
  }

  function named(word: string): unknown {
    at += word.length
    if (word === 'True' || word === 'False') return word === 'True'
    if (word === 'None') return null
    if (word !== 'set') throw new NoLiteral(word)
    must('(')
    must(')')
    throw new Foreign('a set')
  }

  function parentheses(): unknown {
    if (take(')')) return []
    const first = value()
    if (take(')')) return first
    must(',')
    return [first, ...items(')')]
  }

  function braces(): unknown {
    if (take('}')) return {}
    const first = value()
    if (!take(':')) {
      if (!take('}')) {
        must(',')
        items('}')
      }
      throw new Foreign('a set')
    }
    const entries: [string, unknown][] = [[keyOf(first), value()]]
    for (;;) {
      if (take('}')) break
      must(',')
      if (take('}')) break
      const key = keyOf(value())
      must(':')
      entries.push([key, value()])
    }
    return Object.fromEntries(entries)
  }

  function number(): number {
    const sign = take('-') ? -1 : take('+') ? 1 : 0
    skip()
    const [found = ''] = NUMBER.exec(text.slice(at)) ?? []
    if (found === '' || /^\w/.test(text.slice(at + found.length))) throw new NoLiteral('number')
    at += found.length
    const plain = found.replaceAll('_', '')
    if (!/^0[xXoObB]/.test(found) && !DECIMAL.test(found)) throw new NoLiteral('number')
    if (/[jJ]$/.test(found) && !/^0[xX]/.test(found)) throw new Foreign('a complex number')
    // 0123 is none in Python 3, 00 is.
    if (/^0\d+$/.test(plain) && !/^0+$/.test(plain)) throw new NoLiteral('number')
    const size = Number(plain)
    if (!Number.isFinite(size)) throw new Foreign('an infinite number')
    if (/^(?:0[xXoObB]|\d+$)/.test(plain) && !Number.isSafeInteger(size)) throw new Foreign('a number above 2^53')
    skip()
    if (/^[+-]/.test(text.slice(at))) throw new NoLiteral('sum')
    return sign === -1 ? -size : size
  }

  /** Strings side by side are one. */
  function strings(): string {
    let all = ''
    let kind: boolean | null = null
    for (;;) {
      skip()
      const match = STRING.exec(text.slice(at))
      if (match === null) return all
      const [opening, prefix = '', quote = ''] = match
      const isBytes = /b/i.test(prefix)
      if (kind !== null && kind !== isBytes) throw new NoLiteral('bytes and text')
      kind = isBytes
      at += opening.length
      all += content(quote, /r/i.test(prefix), isBytes)
    }
  }

  function content(quote: string, raw: boolean, isBytes: boolean): string {
    let out = ''
    for (;;) {
      if (at >= text.length) throw new NoLiteral('quote')
      if (text.startsWith(quote, at)) {
        at += quote.length
        return out
      }
      const char = text.charAt(at++)
      if (isBytes && char > '\u007F') throw new NoLiteral('bytes')
      if (char !== '\\') out += char
      else if (raw) out += `\\${text.charAt(at++)}`
      else out += escape(isBytes)
    }
  }

  function escape(isBytes: boolean): string {
    const rest = text.slice(at)
    const simple = ESCAPES[rest.charAt(0)]
    if (simple !== undefined) return (at++, simple)
    const [octal] = /^[0-7]{1,3}/.exec(rest) ?? []
    if (octal !== undefined) return ((at += octal.length), String.fromCodePoint(Number.parseInt(octal, 8)))
    const digits = { x: 2, u: isBytes ? 0 : 4, U: isBytes ? 0 : 8 }[rest.charAt(0)] ?? 0
    if (digits > 0) {
      const hex = rest.slice(1, digits + 1)
      const code = Number.parseInt(hex, 16)
      if (hex.length < digits || !/^[\da-fA-F]+$/.test(hex) || code > 0x10ffff) throw new NoLiteral('escape')
      at += digits + 1
      return String.fromCodePoint(code)
    }
    if (rest.startsWith('N') && !isBytes) throw new Foreign('a character by its name')
    return '\\'
  }

  return { top }
}

/** As Python's json writes keys. */
function keyOf(key: unknown): string {
  if (typeof key === 'string') return key
  if (typeof key === 'object' && key !== null) throw new Foreign('a key that is no text')
  return String(key)
}
