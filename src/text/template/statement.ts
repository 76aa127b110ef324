/** What the head of a statement says: which names it brings, and which of its words are no variables. */
import type { Code } from './code.ts'
import { is, isName, partner } from './code.ts'

const PLAIN = new Set(
  (
    'else endif endfor endset endmacro endcall endfilter endwith raw endraw break continue autoescape ' +
    'endautoescape block endblock'
  ).split(' '),
)
const FILES = new Set(['include', 'import', 'from', 'extends'])

export function readStatement(code: Code): void {
  const word = code.tokens[0]
  if (word === undefined) return
  code.taken.add(0)
  const take = (from: number, to: number): void => {
    for (let i = from; i < to; i++) bring(code, i)
  }
  if (PLAIN.has(word.text)) take(1, code.tokens.length)
  else if (word.text === 'for') readFor(code, take)
  else if (word.text === 'set' || word.text === 'with') readAssignments(code, take)
  else if (word.text === 'macro') readMacro(code, take)
  else if (word.text === 'filter') code.taken.add(1)
  else if (word.text === 'call') code.locals.add('caller')
  else if (FILES.has(word.text)) {
    code.problems.push({
      message: `"${word.text}" is refused: templates read no files of the controller`,
      offset: word.at,
    })
  }
}

/** `for a, b in LIST if CONDITION recursive`: a mapping is gone through by its keys, in its order. */
function readFor(code: Code, take: (from: number, to: number) => void): void {
  const start = code.tokens.findIndex((_, i) => is(code, i, 'in'))
  if (start < 0) return
  take(1, start)
  code.taken.add(start)
  let end = start + 1
  while (end < code.tokens.length && !is(code, end, 'if') && !is(code, end, 'recursive')) {
    end = (code.partners?.has(end) === true && partner(code, end) > end ? partner(code, end) : end) + 1
  }
  if (end > start + 1) code.loop = [start + 1, end - 1]
}

/** After all else is rewritten. */
export function closeLoop(code: Code): void {
  if (code.loop === null) return
  const [first, last] = code.loop
  code.before[first] = `(${code.before[first] ?? ''}`
  code.behind[last] += ')|d("\uE003")|__iter'
}

/** `set a, b = …`, `set a` with a body, `with a = 1, b = 2`. */
function readAssignments(code: Code, take: (from: number, to: number) => void): void {
  const signs = code.tokens.flatMap((_, i) => (is(code, i, '=') ? [i] : []))
  if (code.tokens[0]!.text === 'set') take(1, signs[0] ?? code.tokens.length)
  else for (const sign of signs) take(sign - 1, sign)
}

function readMacro(code: Code, take: (from: number, to: number) => void): void {
  bring(code, 1)
  for (let i = 3; i < partner(code, 2); i++) if (is(code, i - 1, '(') || is(code, i - 1, ',')) take(i, i + 1)
}

function bring(code: Code, i: number): void {
  code.taken.add(i)
  if (isName(code, i) && !is(code, i - 1, '.')) code.locals.add(code.tokens[i]!.text)
}
