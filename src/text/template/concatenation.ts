/** `a ~ b` joins texts as Python prints them; the engine would print none and true. */
import type { Code } from './code.ts'
import { is, partner } from './code.ts'

const SIGNS = new Set(['(', '[', '{', ')', ']', '}', ',', ':', '=', '+', '~', '==', '!=', '<', '>', '<=', '>='])
const ENDS = new Set(['in', 'not', 'and', 'or', 'if', 'else'])

export function closeConcatenations(code: Code): void {
  for (const [i] of code.tokens.entries()) {
    if (!is(code, i, '~')) continue
    const start = reach(code, i, -1)
    if (!is(code, start - 1, '~')) wrap(code, start, i - 1)
    wrap(code, i + 1, reach(code, i, 1))
  }
}

function wrap(code: Code, start: number, end: number): void {
  code.before[start] = `(${code.before[start] ?? ''}`
  code.behind[end] = `${code.behind[end] ?? ''})|d("\uE003")|__text`
}

/** The last token before what binds looser than `~`, in one direction. */
function reach(code: Code, from: number, step: 1 | -1): number {
  let at = from + step
  while (at >= 0 && at < code.tokens.length) {
    const other = partner(code, at)
    if (code.partners?.has(at) === true && (other - at) * step > 0) at = other
    else if (isEnd(code, at)) break
    at += step
  }
  return at - step
}

function isEnd(code: Code, at: number): boolean {
  const { kind, text } = code.tokens[at]!
  if (kind === 'name') return ENDS.has(text) || (at === 0 && code.kind === 'statement')
  // A sign of a number is no minus between two.
  return kind === 'sign' && (SIGNS.has(text) || (text === '-' && at > 0 && !SIGNS.has(code.tokens[at - 1]!.text)))
}
