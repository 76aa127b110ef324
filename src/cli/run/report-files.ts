/** `--report FILE`: whether it can be written is known before the run, and it is written after it. */
import { accessSync, constants, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import type { RunReport } from '../../model/report.ts'
import { formatOf } from '../../report/formats.ts'

/** Throws DiagnosticsError where a report has no folder to go to. */
export function checkReportFiles(files: readonly string[], cwd: string): void {
  const wrong = files.flatMap((file) => {
    const path = resolve(cwd, file)
    const folder = statSync(dirname(path), { throwIfNoEntry: false })
    if (folder?.isDirectory() !== true) {
      return [
        errorDiagnostic('report-file', `--report ${file}: ${dirname(path)} is no folder`, { hint: 'make it first' }),
      ]
    }
    const there = statSync(path, { throwIfNoEntry: false })
    if (there?.isDirectory() === true) {
      return [errorDiagnostic('report-file', `--report ${file}: this is a folder`, { hint: 'name a file' })]
    }
    return isWritable(there === undefined ? dirname(path) : path)
      ? []
      : [errorDiagnostic('report-file', `--report ${file}: it cannot be written`, { hint: 'name another file' })]
  })
  if (wrong.length > 0) throw new DiagnosticsError(wrong)
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Writes each file in the format that its ending asks for; returns one line for each that could not be written. */
export function writeReportFiles(files: readonly string[], cwd: string, report: RunReport): string[] {
  return writeFiles(files, cwd, (file) => formatOf(file)?.render(report) ?? '')
}

/** The same for a text of each file's own. */
export function writeFiles(files: readonly string[], cwd: string, render: (file: string) => string): string[] {
  return files.flatMap((file) => {
    try {
      writeFileSync(resolve(cwd, file), render(file))
      return []
    } catch (error) {
      return [`--report ${file}: ${(error as Error).message}`]
    }
  })
}
