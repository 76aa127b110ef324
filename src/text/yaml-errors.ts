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
  MULTIPLE_DOCS: ['a second document begins here', 'keep one document per file'],
}

/** One error of the parser as a diagnostic at the first character that is wrong. */
export function explainSyntaxError(error: YAMLError, text: string, at: (offset: number) => Source): Diagnostic {
  const offset = firstVisible(text, error.pos[0])
  const source = at(offset)
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^(?:"[^"\n]*"|'[^'\n]*'|[^\s:]+)/.exec(text.slice(offset))?.[0] ?? ''
    const hint = 'keep one of the two; the other would be lost without a word'
    return errorDiagnostic('yaml-duplicate-key', `the key ${key} stands twice in one mapping`, { hint, source })
  }
  const [summary, hint] = EXPLANATIONS[error.code] ?? [lowerFirst(error.message), otherHint(error, text)]
  return errorDiagnostic('yaml-syntax', summary, { hint, source })
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
