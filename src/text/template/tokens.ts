/** Words of the code between a template's delimiters, with their places; what the engine parses is made from them. */

import { lostDigits } from './errors.ts'

export interface Token {
  kind: 'name' | 'number' | 'string' | 'sign'
  text: string
  /** Offset in the whole template. */
  at: number
}

const TOKEN =
  /\s+|([A-Za-z_]\w*)|(0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(\*\*|\/\/|[=!<>]=|[^\s\w])/gsuy

/** Every character is in some token or blank; a quotation that is not closed is a sign, which the engine refuses. */
export function tokenize(code: string, base: number): Token[] {
  const tokens: Token[] = []
  for (const { 0: text, 1: name, 2: number, 3: string, 4: sign, index } of code.matchAll(TOKEN)) {
    const kind =
      name !== undefined ? 'name' : number !== undefined ? 'number' : string !== undefined ? 'string' : 'sign'
    if (kind !== 'sign' || sign !== undefined) tokens.push({ kind, text, at: base + index })
  }
  return tokens
}

const PAIRS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** For each bracket the place of its partner; null where they do not match. */
export function partners(tokens: readonly Token[]): Map<number, number> | null {
  const found = new Map<number, number>()
  const open: number[] = []
  for (const [i, { kind, text }] of tokens.entries()) {
    if (kind !== 'sign') continue
    if (text in PAIRS) open.push(i)
    else if (Object.values(PAIRS).includes(text)) {
      const from = open.pop()
      if (from === undefined || PAIRS[tokens[from]!.text] !== text) return null
      found.set(from, i).set(i, from)
    }
  }
  return open.length === 0 ? found : null
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\u0007',
}

/**
 * The text that a string token stands for. Ansible leaves backslashes of `{{ }}` alone, so that regular expressions
 * need not be escaped twice; in `{% %}` they mean what they mean in Python.
 */
export function stringValue(token: Token, raw: boolean): string {
  const inner = token.text.slice(1, -1)
  if (raw) return inner.replaceAll(`\\${token.text[0]}`, token.text[0]!)
  return inner.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|([\s\S]))/g,
    (all, hex?: string, wide?: string, char = '') => {
      const code = hex ?? wide
      return code === undefined ? (ESCAPES[String(char)] ?? all) : String.fromCharCode(Number.parseInt(code, 16))
    },
  )
}

/** A number as the engine reads it. Throws TemplateError where it is whole and would lose digits. */
export function numeral(text: string): string {
  const plain = text.replaceAll('_', '')
  if (!/^(?:0[xob].*|\d+)$/i.test(plain)) return text
  const value = Number(plain)
  if (!Number.isSafeInteger(value)) throw lostDigits()
  return String(value)
}

/** A text as the engine reads it back. */
export function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
