/** `[1] * 1000000000` would fill the memory before any fuel is used up: each factor is looked at before it is multiplied. */
import type { Code } from './code.ts'
import { is, isName, operandStart, partner } from './code.ts'

/** Items or characters that a repetition may come to. */
const MOST = 100_000

/** One product while it is worked out. */
export interface Product {
  length: number | null
  times: number
}

/** Takes the next factor; false: a text or list would become too long. Numbers alone may be of any size. */
export function takeFactor(product: Product, factor: unknown): boolean {
  if (typeof factor === 'number') product.times *= Math.abs(factor)
  else if (typeof factor === 'string' || Array.isArray(factor)) product.length = factor.length
  return product.length === null || product.length * product.times <= MOST
}

/** Products in brackets come before those around them, whose factors they are a part of. */
export function guardProducts(code: Code): void {
  const signs = code.tokens.flatMap((_, i) => (is(code, i, '*') && isBinary(code, i) ? [i] : []))
  const inner = signs.toSorted((a, b) => depthOf(code, b) - depthOf(code, a) || a - b)
  for (const i of inner) {
    const left = operandStart(code, i - 1)
    const isFirst = !is(code, left - 1, '*')
    // Products that stand side by side are told apart by the place of their first sign.
    const id = isFirst ? i : productOf.get(code.tokens[left - 1]!)!
    productOf.set(code.tokens[i]!, id)
    if (isFirst) guard(code, left, i - 1, id, true)
    guard(code, i + 1, operandEnd(code, i + 1), id, false)
  }
}

const productOf = new WeakMap<object, number>()

function guard(code: Code, start: number, end: number, id: number, isFirst: boolean): void {
  const parts = code.tokens.slice(start, end + 1)
  const text = parts.map((_, k) => `${code.before[start + k]}${code.in[start + k]}${code.behind[start + k]}`).join(' ')
  code.before[start] = `(${code.before[start]}`
  code.behind[end] += ` if __factor(${id}, ${isFirst}, ${text}) else 0)`
}

/** No part of `f(*args)`, and no `**`. */
function isBinary(code: Code, i: number): boolean {
  return i > 0 && !is(code, i - 1, '(') && !is(code, i - 1, ',')
}

function depthOf({ partners: found }: Code, i: number): number {
  return [...(found ?? [])].filter(([open, close]) => open < i && i < close).length
}

/** The last token of the operand that begins at `start`, with its sign and all that is hung to it. */
function operandEnd(code: Code, start: number): number {
  let at = start
  while (is(code, at, '-') || is(code, at, '+')) at++
  at = partner(code, at)
  for (;;) {
    if (is(code, at + 1, '(') || is(code, at + 1, '[')) at = partner(code, at + 1)
    else if ((is(code, at + 1, '.') || is(code, at + 1, '|')) && isName(code, at + 2)) at += 2
    else return at
  }
}
