/** Reports as JSON, the contract that other tools read. */
import { sanitizeJson } from './sanitize.ts'

/**
 * Indented, with a line end. Control characters are escaped, so that it may be shown on a terminal, and `<`, so that it
 * is no HTML wherever it is put; what the JSON means stays the same.
 */
export function renderJson(report: object): string {
  return `${sanitizeJson(JSON.stringify(report, null, 2)).replaceAll('<', String.raw`\u003c`)}\n`
}
