/** Formats that `--report FILE` writes, by the file's ending. See CONTRIBUTING.md for how to add one. */
import type { RunReport } from '../model/report.ts'
import { renderJson } from './json.ts'

export interface ReportFormat {
  /** With the dot. */
  ending: string
  summary: string
  render: (report: RunReport) => string
}

export const reportFormats: readonly ReportFormat[] = [
  { ending: '.json', summary: 'the whole report as JSON', render: renderJson },
]

/** The format that a file's name asks for, or null. */
export function formatOf(file: string): ReportFormat | null {
  return reportFormats.find((format) => file.toLowerCase().endsWith(format.ending)) ?? null
}
