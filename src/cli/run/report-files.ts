/** `--report FILE`: whether it can be written is known before the run, and it is written after it. */
import { accessSync, constants, lstatSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import type { RunReport } from '../../model/report.ts'
import { findFormat } from '../../report/format.ts'
import { runFormats } from '../../report/formats.ts'
import type { Io } from '../io.ts'
import { usageError } from '../errors.ts'
import type { Unsigned } from './signature.ts'
import { checkKey, REPORT, signatureFile, signTexts } from './signature.ts'

/** Throws DiagnosticsError where there is no such key, and a usage error where it has nothing to sign. */
export function checkSigning(sign: string | null, reports: readonly string[], cwd: string): void {
  if (sign !== null && reports.length === 0) throw usageError('--sign signs what --report writes', 'add --report FILE')
  checkKey(sign, cwd)
}

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

/** Half a report could be taken for a whole one. */
function removeRest(path: string): void {
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === true) rmSync(path)
  } catch {
    // That it could not be written is told.
  }
}

/** Writes each file in the format that its ending asks for; returns one line for each that could not be written. */
export async function writeReportFiles(
  files: readonly string[],
  report: RunReport,
  sign: string | null,
  io: Io,
): Promise<string[]> {
  const texts = files.map((file) => ({ file, text: () => findFormat(file, runFormats)?.render(report) ?? '' }))
  return await writeReports(texts, sign, io)
}

/** The same for any texts. `sign`: the key that signs each of them. `wrong` may get lines while texts are made. */
export async function writeReports(
  texts: Iterable<Unsigned>,
  sign: string | null,
  io: Io,
  wrong: string[] = [],
): Promise<string[]> {
  const put = (file: string, text: () => string, signature: string | null): void => {
    try {
      // The signature first: with an older report it is refused, where one without any might be taken for unsigned.
      if (signature === null) rmSync(signatureFile(file, io.cwd), { force: true })
      else writeFileSync(signatureFile(file, io.cwd), signature)
      writeFileSync(resolve(io.cwd, file), text())
    } catch (error) {
      wrong.push(`--report ${file}: ${(error as Error).message}`)
      if ((error as NodeJS.ErrnoException).syscall === 'write') removeRest(resolve(io.cwd, file))
    }
  }
  if (sign === null) {
    for (const { file, text } of texts) put(file, text, null)
    return wrong
  }
  try {
    const how = { key: sign, namespace: REPORT, io }
    await signTexts(texts, how, (file, text, signature) => put(file, () => text, signature))
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    wrong.push(
      ...error.diagnostics.map(({ summary, detail, hint }) => [summary, detail, hint].filter(Boolean).join(': ')),
    )
  }
  return wrong
}
