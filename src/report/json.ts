/** The report as JSON, the contract that other tools read. */
import type { RunReport } from '../model/report.ts'
import { sanitizeJson } from './sanitize.ts'

/** Indented, with a line end; control characters are escaped, so that it may be shown on a terminal. */
export function renderJson(report: RunReport): string {
  return `${sanitizeJson(JSON.stringify(report, null, 2))}\n`
}
