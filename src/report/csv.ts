/** Rows as CSV (RFC 4180) that a spreadsheet shows and never runs. */
import { sanitizeTags } from './sanitize.ts'

/**
 * A cell is a formula for a spreadsheet where it starts with one of these, after blanks or quotes too (OWASP, CSV injection).
 * Where `;` separates cells, as for Excel in much of Europe, a text with `;` has several starts.
 */
const FORMULA = /(^|;)(?=[\s"]*[=+\-@＝＋－＠])/g

/** Every cell is quoted; an apostrophe stands before what would be a formula. Lines end with CR LF. */
export function renderCsv(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // Sanitized by the row, which is much quicker than by the cell.
  return [head, ...rows].map((row) => `${sanitizeTags(row.map(cell).join(','))}\r\n`).join('')
}

function cell(text: string): string {
  return `"${text.replaceAll(FORMULA, "$1'").replaceAll('"', '""')}"`
}
