/** `--report FILE`: whether it can be written is known before the run, and it is written after it. */
import { accessSync, constants, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import type { RunReport } from '../../model/report.ts'
import { findFormat } from '../../report/format.ts'
import { runFormats } from '../../report/formats.ts'

/** Throws DiagnosticsError where a report cannot be put. `isFolder`: whether a name stands for a folder of them. */
export function checkReportFiles(
  names: readonly string[],
  cwd: string,
  isFolder: (name: string) => boolean = () => false,
): void {
  const wrong = names.flatMap((name) => {
    const problem = problemOf(resolve(cwd, name), isFolder(name))
    return problem === null
      ? []
      : [errorDiagnostic('report-file', `--report ${name}: ${problem[0]}`, { hint: problem[1] })]
  })
  if (wrong.length > 0) throw new DiagnosticsError(wrong)
}

/** What is wrong and what to do, or null. */
function problemOf(path: string, wantsFolder: boolean): [string, string] | null {
  const parent = dirname(path)
  if (statSync(parent, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return [`${parent} is no folder`, 'make it first']
  }
  const there = statSync(path, { throwIfNoEntry: false })
  if (there !== undefined && there.isDirectory() !== wantsFolder) {
    return wantsFolder ? ['this is a file', 'name a folder'] : ['this is a folder', 'name a file']
  }
  return isWritable(there === undefined ? parent : path) ? null : ['it cannot be written', 'name another one']
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
  return writeFiles(files, cwd, (file) => findFormat(file, runFormats)?.render(report) ?? '')
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
