/** Diagnostics as text: `file:line:column: summary`, with detail and hint below. */
import type { Diagnostic } from '../model/diagnostic.ts'
import { sanitize } from './sanitize.ts'
import type { Style } from './style.ts'
import { paint } from './style.ts'
import { wrap } from './wrap.ts'

/** By file, line and column; those without a place come first, in their own order. */
function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.toSorted((a, b) => {
    if (a.source === null || b.source === null) return Number(a.source !== null) - Number(b.source !== null)
    const byFile = a.source.file < b.source.file ? -1 : Number(a.source.file > b.source.file)
    return byFile || a.source.line - b.source.line || a.source.column - b.source.column
  })
}

/** All diagnostics, sorted, one block for each different one; ends with a line end, empty where there are none. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], style: Style): string {
  const blocks = sortDiagnostics(diagnostics).map((diagnostic) => `${renderDiagnostic(diagnostic, style)}\n`)
  return [...new Set(blocks)].join('')
}

function renderDiagnostic(diagnostic: Diagnostic, style: Style): string {
  const { source } = diagnostic
  const place = source === null ? '' : `${sanitize(source.file)}:${source.line}:${source.column}: `
  const warning = diagnostic.severity === 'warning' ? 'warning: ' : ''
  const head = paint(style, 'bold', place) + paint(style, 'yellow', warning)
  const summary = warning === '' ? paint(style, 'red', sanitize(diagnostic.summary)) : sanitize(diagnostic.summary)
  const lines = [head + summary]
  if (diagnostic.detail !== '') lines.push(wrap(sanitize(diagnostic.detail, { lines: true }), style.width, '    '))
  if (diagnostic.hint !== '') lines.push(renderHint(diagnostic.hint, style, '    '))
  return lines.join('\n')
}

/** `hint: …`, wrapped below itself. */
export function renderHint(hint: string, style: Style, indent: string): string {
  const text = wrap(sanitize(hint, { lines: true }), style.width, `${indent}hint: `, `${indent}      `)
  return text.replace('hint:', paint(style, 'cyan', 'hint:'))
}
