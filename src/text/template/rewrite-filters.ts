/** Filters and tests become ours under names that the engine does not have, and unknown ones are found. */
import { findRow, namesOf, refusalOf } from './table.ts'
import type { Code } from './code.ts'
import { is, isName, isPiped, operandStart, partner } from './code.ts'
import { unknownName } from './unknown-name.ts'
import { stringValue } from './tokens.ts'

/** Collections whose filters and tests are known by their short names. */
const PREFIX = /^(?:ansible\.(?:builtin|legacy|utils|netcommon))\./
/** Filters that are given the name of a filter or of a test, and at which place. */
const NAMING: Readonly<Record<string, readonly ['filter' | 'test', number]>> = {
  map: ['filter', 0],
  select: ['test', 0],
  reject: ['test', 0],
  selectattr: ['test', 1],
  rejectattr: ['test', 1],
}

export function rewriteFilters(code: Code): void {
  for (const [i] of code.tokens.entries()) {
    const isBlock = i === 0 && code.kind === 'statement' && is(code, 0, 'filter')
    if (!isBlock && !is(code, i, '|')) continue
    if (!isBlock) protect(code, i)
    rewriteName(code, 'filter', i + 1, isBlock ? i : operandStart(code, i - 1))
  }
}

export function rewriteTests(code: Code): void {
  for (const [i] of code.tokens.entries()) {
    if (!is(code, i, 'is') || is(code, i - 1, '.')) continue
    protect(code, i)
    rewriteName(code, 'test', is(code, i + 1, 'not') ? i + 2 : i + 1, i)
  }
}

/** What the engine itself left undefined is told from None. */
function protect(code: Code, i: number): void {
  const isStep = isName(code, i - 1) && is(code, i - 2, '.')
  if (isStep || is(code, i - 1, ')') || is(code, i - 1, ']')) code.before[i] = `|d("\uE003") ${code.before[i]}`
}

/** `start`: where the operand begins. */
function rewriteName(code: Code, kind: 'filter' | 'test', first: number, start: number): void {
  if (!isName(code, first)) return
  let last = first
  while (is(code, last + 1, '.') && isName(code, last + 2)) last += 2
  const words = code.tokens.slice(first, last + 1).map((token) => token.text)
  const name = words.join('').replace(PREFIX, '')
  const offset = code.tokens[first]!.at
  const row = findRow(kind, name)
  if (row === undefined) {
    code.problems.push({ message: refusalOf(kind, name) ?? unknownName(kind, name, namesOf(kind)), offset })
    return
  }
  const open = is(code, last + 1, '(') ? last + 1 : null
  const end = open === null ? last + 1 : partner(code, open) + 1
  const isLast = kind === 'filter' && !isPiped(code, start, end)
  for (let i = first; i <= last; i++) {
    code.in[i] = ''
    code.taken.add(i)
  }
  code.in[first] = `${kind === 'test' ? 't' : isLast ? 'e' : 'f'}_${row.name}`
  if (kind === 'test' && ENGINE_TESTS.has(row.name)) code.in[first] = row.name
  if (isLast && row.float === true) code.behind[end - 1] += '|float'
  if (open === null) return
  markNamed(code, open)
  const [named, place] = kind === 'filter' ? (NAMING[row.name] ?? [null, 0]) : [null, 0]
  if (named !== null) checkArgument(code, named, open, place)
}

/** Numbers that come to us have lost whether they were floats. */
const ENGINE_TESTS = new Set(['float', 'integer'])

/** Arguments by name come as a mapping, as a last argument that is one would: a mark tells them. */
export function markNamed(code: Code, open: number): void {
  for (let i = open + 1; i < partner(code, open); i++) {
    if (code.partners?.has(i) === true) i = partner(code, i)
    else if (isName(code, i) && is(code, i + 1, '=')) {
      code.before[i] = `__named=true, ${code.before[i]}`
      return
    }
  }
}

function checkArgument(code: Code, kind: 'filter' | 'test', open: number, place: number): void {
  let at = open + 1
  for (let left = place; left > 0 && at < partner(code, open); at++) {
    if (is(code, at, ',')) left--
    else if (code.partners?.has(at) === true) at = partner(code, at)
  }
  const token = code.tokens[at]
  if (token?.kind !== 'string' || !(is(code, at + 1, ',') || is(code, at + 1, ')'))) return
  const name = stringValue(token, true).replace(PREFIX, '')
  if (findRow(kind, name) !== undefined) return
  code.problems.push({ message: refusalOf(kind, name) ?? unknownName(kind, name, namesOf(kind)), offset: token.at })
}
