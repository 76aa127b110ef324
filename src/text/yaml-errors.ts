/** The YAML parser's errors in words that say what to do. */
import type { ErrorCode, YAMLError } from 'yaml'
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'

const QUOTE_TEMPLATE = 'text that begins with {{ must be quoted, as in: key: "{{ value }}"'

type Explanation = [summary: string, hint: string]

const EXPLANATIONS: Partial<Record<ErrorCode, Explanation>> = {
  TAB_AS_INDENT: ['a tab is used for indentation', 'indent with spaces; YAML allows no tabs there'],
  BAD_SCALAR_START: ['a value cannot begin with this character', 'put the value in quotes'],
  BLOCK_AS_IMPLICIT_KEY: [
    'a second "key: value" on one line',
    'put the value in quotes if it contains a colon, else begin a new line and indent it',
  ],
  MULTILINE_IMPLICIT_KEY: [
    'wrong indentation, or a colon is missing',
    'indent the keys of one mapping alike, and end each key with a colon',
  ],
  RESOURCE_EXHAUSTION: ['nested too deeply', 'write fewer brackets inside brackets'],
  MULTIPLE_DOCS: ['a second document begins here', 'keep one document per file'],
}

/** The parser's errors, the first of each line: those after it on the same line only follow from it. */
export function explainSyntaxErrors(
  errors: readonly YAMLError[],
  text: string,
  at: (offset: number) => Source,
): Diagnostic[] {
  const byLine = new Map<number, Diagnostic>()
  for (const error of errors) {
    const diagnostic = explainSyntaxError(error, text, at)
    const line = diagnostic.source?.line ?? 0
    if (!byLine.has(line)) byLine.set(line, diagnostic)
  }
  return [...byLine.values()]
}

/** One error as a diagnostic at the first character that is wrong. */
function explainSyntaxError(error: YAMLError, text: string, at: (offset: number) => Source): Diagnostic {
  const offset = firstVisible(text, error.pos[0])
  const source = at(offset)
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^(?:"[^"\n]*"|'[^'\n]*'|[^\s:]+)/.exec(text.slice(offset))?.[0] ?? ''
    const hint = 'keep one of the two; the other would be lost without a word'
    return errorDiagnostic('yaml-duplicate-key', `the key ${key} stands twice in one mapping`, { hint, source })
  }
  const [summary, hint] = explanationOf(error, text, offset)
  return errorDiagnostic('yaml-syntax', summary, { hint, source })
}

function explanationOf(error: YAMLError, text: string, offset: number): Explanation {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0] ?? ''
  const code = /^ *\t/.test(line) ? 'TAB_AS_INDENT' : error.code
  if (error.message.includes('without - indicator')) {
    return [
      'wrong indentation after this line',
      'indent the keys of one mapping alike, and begin list items with a dash',
    ]
  }
  if (error.message.startsWith('Missing closing'))
    return ['a quotation mark is not closed', 'close it on the same line']
  return EXPLANATIONS[code] ?? [lowerFirst(error.message), otherHint(error, text)]
}

function otherHint(error: YAMLError, text: string): string {
  const line = text.slice(text.lastIndexOf('\n', error.pos[0] - 1) + 1, error.pos[0])
  if (/[:-]\s+\{\{/.test(line)) return QUOTE_TEMPLATE
  if (error.code === 'BAD_INDENT') return 'indent the keys of one mapping alike'
  if (error.code === 'UNEXPECTED_TOKEN') return 'put the whole value in quotes'
  return ''
}

/** Errors of indentation point at the start of a line; people look for its first word. */
function firstVisible(text: string, offset: number): number {
  const blanks = /^[ \t]*/.exec(text.slice(offset))?.[0].length ?? 0
  const next = text[offset + blanks]
  return next === undefined || next === '\n' || text[offset] === '\t' ? offset : offset + blanks
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}
