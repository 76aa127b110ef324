/** One piece of code between delimiters while it is rewritten: its tokens, and what each of them becomes. */
import type { TemplatePart } from '../template-scan.ts'
import type { Token } from './tokens.ts'
import { numeral, partners, quoted, stringValue, tokenize } from './tokens.ts'

/** A name that nobody has, and where it stands in the template. */
export interface NameProblem {
  message: string
  offset: number
}

/** A variable that is read, with the steps behind it as far as they are written out, and where it stands. */
export interface NamedPath {
  path: (string | number)[]
  offset: number
}

export interface Code {
  kind: 'expression' | 'statement'
  tokens: readonly Token[]
  /** Null where brackets do not match: then the engine says so. */
  partners: ReadonlyMap<number, number> | null
  /** What stands before, in place of and behind each token. */
  before: string[]
  in: string[]
  behind: string[]
  /** Tokens that name no variable: what a statement sets, its own words, names of arguments. */
  taken: Set<number>
  /** Names that the template itself brings. */
  locals: Set<string>
  /** What a `for` goes through: first and last token. */
  loop: readonly [number, number] | null
  problems: NameProblem[]
  reads: NamedPath[]
  orders: (readonly string[])[]
}

type Shared = Pick<Code, 'locals' | 'problems' | 'reads' | 'orders'>

export function newCode(part: TemplatePart, offset: number, shared: Shared): Code {
  const kind = part.kind === 'statement' ? 'statement' : 'expression'
  const tokens = tokenize(part.inner, offset + part.text.indexOf(part.inner, 2))
  const code: Code = {
    kind,
    tokens,
    partners: partners(tokens),
    before: tokens.map(() => ''),
    in: tokens.map((token) => written(token, kind)),
    behind: tokens.map(() => ''),
    taken: new Set(),
    loop: null,
    ...shared,
  }
  noteOrders(code)
  return code
}

function written(token: Token, kind: Code['kind']): string {
  if (token.kind === 'number') return numeral(token.text)
  return token.kind === 'string' ? quoted(stringValue(token, kind === 'expression')) : token.text
}

export function sourceOf(code: Code): string {
  return code.tokens.map((_, i) => `${code.before[i]}${code.in[i]}${code.behind[i]}`).join(' ')
}

export function is(code: Code, i: number, text: string): boolean {
  return code.tokens[i]?.text === text && code.tokens[i].kind !== 'string'
}

export function isName(code: Code, i: number): boolean {
  return code.tokens[i]?.kind === 'name'
}

/** Whether what stands from `start` to before `end` is handed to a filter or a test, in brackets of its own or not. */
export function isPiped(code: Code, start: number, end: number): boolean {
  if (is(code, end, '|') || is(code, end, 'is')) return true
  const isGroup = is(code, end, ')') && partner(code, end) === start - 1 && operandStart(code, end) === start - 1
  return isGroup && isPiped(code, start - 1, end + 1)
}

/** The engine takes `-name(…)` for the call of a negative name. */
export function bracketed(code: Code, start: number, end: number): void {
  if (!is(code, start - 1, '-')) return
  code.before[start] = `(${code.before[start] ?? ''}`
  code.behind[end] += ')'
}

/** The bracket's partner. */
export function partner(code: Code, i: number): number {
  return code.partners?.get(i) ?? i
}

/** The first token of the operand that ends at token `end`: a name or bracket with all that is hung to it, filters too. */
export function operandStart(code: Code, end: number): number {
  let at = end
  for (;;) {
    if (is(code, at, ')') || is(code, at, ']') || is(code, at, '}')) {
      at = partner(code, at)
      const hung = isName(code, at - 1) && !WORDS.has(code.tokens[at - 1]!.text)
      if (is(code, at, '{') || !(hung || is(code, at - 1, ')') || is(code, at - 1, ']'))) return at
      at--
    } else if (is(code, at - 1, '.') || is(code, at - 1, '|')) at -= 2
    else return at
  }
}

/** Words of the language that look like names. */
export const WORDS: ReadonlySet<string> = new Set(
  'and or not in is if else true false none True False None recursive'.split(' '),
)

function noteOrders({ tokens, partners: found, orders }: Code): void {
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== 'sign' || (token.text !== '{' && token.text !== '(')) continue
    const sign = token.text === '{' ? ':' : '='
    // Arguments by name come with a mark.
    const keys: string[] = sign === '=' ? ['__named'] : []
    const end = found?.get(i) ?? i
    for (let j = i + 1; j < end; j++) {
      if (found?.has(j) === true) j = found.get(j)!
      else if (tokens[j]!.text === sign && tokens[j]!.kind === 'sign') {
        const key = tokens[j - 1]!
        keys.push(key.kind === 'string' ? stringValue(key, true) : key.text)
      }
    }
    if (keys.length > 1) orders.push(keys)
  }
}

/** Whether a token stands in brackets. */
export function isInside({ partners: found }: Code, i: number): boolean {
  return [...(found ?? [])].some(([open, close]) => open < i && i < close)
}
