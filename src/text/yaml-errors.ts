/** The YAML parser's errors in words that say what to do. */
import { visit } from 'yaml'
import type { Document, ErrorCode, YAMLError } from 'yaml'
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

/** What to do about those whose message names what is wrong. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'write a name behind * or &, or put the text in quotes',
  BAD_DQ_ESCAPE: 'write \\\\ for a backslash, or put the text in single quotes, where it stands for itself',
  BAD_INDENT: 'indent the keys of one mapping alike',
  MISSING_CHAR: 'put the text in quotes if it is meant so; keys end with a colon and a blank',
  MULTIPLE_ANCHORS: 'keep one of the two',
  MULTIPLE_TAGS: 'keep one of the two',
  UNEXPECTED_TOKEN: 'put the whole value in quotes',
}

/** Errors that are explained; what is no YAML at all has one in each line. */
const MOST = 50

/** The parser's errors, the first of each line: those after it on the same line only follow from it. */
export function explainSyntaxErrors(
  document: Document.Parsed,
  text: string,
  at: (offset: number) => Source,
): Diagnostic[] {
  const byLine = new Map<number, Diagnostic>()
  for (const error of document.errors.slice(0, MOST)) {
    const diagnostic = explainSyntaxError(error, document, text, at)
    const line = diagnostic.source?.line ?? 0
    if (!byLine.has(line)) byLine.set(line, diagnostic)
  }
  return [...byLine.values()]
}

/** One error as a diagnostic at the first character that is wrong. */
function explainSyntaxError(
  error: YAMLError,
  document: Document.Parsed,
  text: string,
  at: (offset: number) => Source,
): Diagnostic {
  const deeper = lineOfDeeperKey(error, document.errors, text)
  if (deeper !== null) {
    const summary = 'wrong indentation: this continues the value above it'
    const hint = 'indent the keys of one mapping alike'
    return errorDiagnostic('yaml-syntax', summary, { hint, source: at(deeper) })
  }
  const offset = firstVisible(text, startOf(error, document, text))
  const source = at(offset)
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

/** A key that is indented deeper than its neighbours reads as a value of several lines with a second colon: its offset. */
function lineOfDeeperKey(error: YAMLError, errors: readonly YAMLError[], text: string): number | null {
  const here = errors.filter((other) => other.pos[0] === error.pos[0])
  const whole = here.find((other) => other.code === 'MULTILINE_IMPLICIT_KEY')
  const isNested = here.some((other) => other.code === 'BLOCK_AS_IMPLICIT_KEY')
  return whole === undefined || !isNested ? null : firstVisible(text, text.lastIndexOf('\n', whole.pos[1] - 1) + 1)
}

/** The parser points behind what is wrong where a quotation is open, and before the line of a key that stands wrong. */
function startOf(error: YAMLError, document: Document.Parsed, text: string): number {
  const [offset] = error.pos
  if (error.message.startsWith('Missing closing')) {
    let start = offset
    visit(document, {
      Scalar: (_, node) => {
        if (node.type?.startsWith('QUOTE_') === true && node.range?.[1] === offset) start = node.range[0]
      },
    })
    return start
  }
  if (error.code !== 'BAD_INDENT') return offset
  return offset + (/^(?:[ \t]*(?:#[^\n]*)?\r?\n)*/.exec(text.slice(offset))?.[0].length ?? 0)
}

function otherHint(error: YAMLError, text: string): string {
  const line = text.slice(text.lastIndexOf('\n', error.pos[0] - 1) + 1, error.pos[0])
  if (/[:-]\s+\{\{/.test(line)) return QUOTE_TEMPLATE
  const closing = /end with a ([\]}])/.exec(error.message)?.[1]
  if (closing !== undefined) return `close it with ${closing}, and indent the lines that it goes on over`
  return HINTS[error.code] ?? 'put the text in quotes'
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
