/** `--report FILE` of an audit: one file in the format of its ending, or a folder with a file for each host. */
import { mkdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { AuditDocument } from '../../model/audit-since.ts'
import { auditFormats } from '../../report/audit/formats.ts'
import { renderHdf } from '../../report/audit/hdf.ts'
import { hostFileNames } from '../../report/audit/host-files.ts'
import { explainEndings, findFormat } from '../../report/format.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'
import { checkReportFiles, writeReports } from './report-files.ts'
import type { Unsigned } from './signature.ts'

/** Throws a usage error for an ending that no format has, DiagnosticsError for what cannot be written. */
export function checkAuditReports(names: readonly string[], cwd: string): void {
  const wrong = names.find((name) => !isFolder(name, cwd) && findFormat(name, auditFormats) === null)
  if (wrong !== undefined) {
    const hint = `there is ${explainEndings(auditFormats)}, and a folder for one .hdf.json of each host: its name ends in /`
    throw usageError(`--report ${wrong}: no report format has this ending`, hint)
  }
  checkReportFiles(names, cwd, (name) => isFolder(name, cwd))
}

/** Returns one line for each file that could not be written. `sign`: the key that signs each of them. */
export async function writeAuditReports(
  names: readonly string[],
  report: AuditDocument,
  sign: string | null,
  io: Io,
): Promise<string[]> {
  const wrong: string[] = []
  const texts = function* (): Generator<Unsigned> {
    for (const name of names) {
      if (isFolder(name, io.cwd)) yield* folderTexts(name, report, wrong, io)
      else yield { file: name, text: () => findFormat(name, auditFormats)?.render(report) ?? '' }
    }
  }
  return await writeReports(texts(), sign, io, wrong)
}

/** HDF knows one target a file. What lies there of other hosts stays. */
function* folderTexts(folder: string, report: AuditDocument, wrong: string[], io: Io): Generator<Unsigned> {
  const { hosts } = report
  const files = hostFileNames(
    hosts.map(({ name }) => name),
    '.hdf.json',
  )
  try {
    mkdirSync(resolve(io.cwd, folder), { recursive: true })
  } catch (error) {
    wrong.push(`--report ${folder}: ${(error as Error).message}`)
    return
  }
  for (const [index, host] of hosts.entries()) {
    yield { file: join(folder, files[index]!), text: () => renderHdf({ ...report, hosts: [host] }) }
  }
}

function isFolder(name: string, cwd: string): boolean {
  return name.endsWith('/') || statSync(resolve(cwd, name), { throwIfNoEntry: false })?.isDirectory() === true
}
