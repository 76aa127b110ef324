/** Variables with their steps (`a.b['c']`) become one call that looks them up; names of functions are checked. */
import type { Code } from './code.ts'
import { bracketed, is, isName, isPiped, partner, WORDS } from './code.ts'
import { markNamed } from './rewrite-filters.ts'
import { unknownName } from './unknown-name.ts'
import { quoted, stringValue } from './tokens.ts'

const FUNCTIONS = ['range', 'dict', 'namespace']
/** The engine's own names inside loops and macros. */
const SPECIAL = new Set(['loop', 'caller', 'varargs', 'kwargs'])
const LOOKUPS = new Set(['lookup', 'query', 'q'])

export function rewriteVariables(code: Code): void {
  for (const [i, token] of code.tokens.entries()) {
    if (token.kind !== 'name' || code.taken.has(i) || WORDS.has(token.text) || isLabel(code, i)) continue
    if (is(code, i + 1, '(')) checkFunction(code, i)
    else rewriteVariable(code, i)
  }
}

/** A step, a filter's or test's name, or the name of an argument. */
function isLabel(code: Code, i: number): boolean {
  if (is(code, i - 1, '.') || is(code, i - 1, '|')) return true
  if (is(code, i - 1, 'is') || (is(code, i - 1, 'not') && is(code, i - 2, 'is'))) return true
  return is(code, i + 1, '=') && (is(code, i - 1, '(') || is(code, i - 1, ','))
}

function checkFunction(code: Code, i: number): void {
  const { text: name, at: offset } = code.tokens[i]!
  if (name === 'dict' && !code.locals.has(name)) {
    code.in[i] = '__dict'
    markNamed(code, i + 1)
  }
  if (code.locals.has(name) || SPECIAL.has(name) || FUNCTIONS.includes(name)) return
  const message = LOOKUPS.has(name)
    ? `"${name}" is refused: it would read files or run programs of the controller`
    : unknownName('function', name, [...FUNCTIONS, ...code.locals])
  code.problems.push({ message, offset })
}

function rewriteVariable(code: Code, i: number): void {
  const name = code.tokens[i]!.text
  const end = stepsEnd(code, i)
  const own = code.locals.has(name) || SPECIAL.has(name)
  if (!own) code.reads.push({ path: [name, ...writtenSteps(code, i + 1, end)], offset: code.tokens[i]!.at })
  const piped = isPiped(code, i, end)
  if (own && !piped) return
  if (own && end === i + 1) {
    code.behind[i] += '|d("\uE003")'
    return
  }
  // All hosts' variables would be worked out to see whether one host is among them.
  const bare = end === i + 1 && is(code, i - 1, 'in') && !piped && !is(code, end, '.') && !is(code, end, '[')
  code.in[i] = own ? `__in(${name}|d("\uE003")` : `${piped ? '__at' : bare ? '__within' : '__need'}(${quoted(name)}`
  for (let at = i + 1; at < end; at++) {
    if (is(code, at, '.')) {
      code.in[at] = ','
      if (isName(code, at + 1)) code.in[at + 1] = quoted(code.tokens[at + 1]!.text)
      at++
    } else {
      code.in[at] = ', ('
      at = partner(code, at)
      code.in[at] = ')'
    }
  }
  code.behind[end - 1] += ')'
  bracketed(code, i, end - 1)
}

/** Steps up to the first that is worked out. */
function writtenSteps(code: Code, from: number, end: number): (string | number)[] {
  const steps: (string | number)[] = []
  for (let at = from; at < end;) {
    const isDot = is(code, at, '.')
    const token = code.tokens[at + 1]!
    if (!isDot && partner(code, at) !== at + 2) break
    if (token.kind === 'string') steps.push(stringValue(token, true))
    else if (/^\d{1,9}$/.test(token.text)) steps.push(Number(token.text))
    else if (token.kind === 'name' && isDot) steps.push(token.text)
    else break
    at += isDot ? 2 : 3
  }
  return steps
}

/** Behind the last step: `.name` that is no method, `.0`, `[…]` that is no slice. */
function stepsEnd(code: Code, from: number): number {
  let at = from + 1
  for (;;) {
    if (is(code, at, '.') && !is(code, at + 2, '(') && code.tokens[at + 1] !== undefined) at += 2
    else if (is(code, at, '[') && !isSlice(code, at)) at = partner(code, at) + 1
    else return at
  }
}

function isSlice(code: Code, open: number): boolean {
  for (let at = open + 1; at < partner(code, open); at++) {
    if (is(code, at, ':')) return true
    if (code.partners?.has(at) === true) at = partner(code, at)
  }
  return false
}
