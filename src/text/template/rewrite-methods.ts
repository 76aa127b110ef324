/** Methods become calls of ours: the engine has few of Python's, and sorts what `items()` gives. */
import { findRow, namesOf, refusalOf } from './table.ts'
import type { Code } from './code.ts'
import { bracketed, is, isName, isPiped, operandStart, partner } from './code.ts'
import { unknownName } from './unknown-name.ts'
import { markNamed } from './rewrite-filters.ts'
import { quoted } from './tokens.ts'

export function rewriteMethods(code: Code): void {
  for (const [i] of code.tokens.entries()) {
    if (!is(code, i, '.') || !isName(code, i + 1) || !is(code, i + 2, '(') || code.taken.has(i)) continue
    const start = operandStart(code, i - 1)
    if (is(code, start, 'loop')) continue
    const { text: name, at: offset } = code.tokens[i + 1]!
    if (findRow('method', name) === undefined) {
      const message = refusalOf('method', name) ?? unknownName('method', name, namesOf('method'))
      code.problems.push({ message, offset })
    }
    markNamed(code, i + 2)
    const end = partner(code, i + 2)
    const last = !isPiped(code, start, end + 1)
    code.before[start] = `${last ? '__ask' : '__call'}(${quoted(name)}, ${code.before[start]}`
    code.in[i] = ''
    code.in[i + 1] = ''
    code.in[i + 2] = is(code, i + 3, ')') ? '' : ','
    bracketed(code, start, end)
  }
}
