/** `--report FILE` of an audit: one file in the format of its ending, or a folder with a file for each host. */
import { mkdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { AuditReport } from '../../model/audit.ts'
import { auditFormats } from '../../report/audit/formats.ts'
import { renderHdf } from '../../report/audit/hdf.ts'
import { hostFileNames } from '../../report/audit/host-files.ts'
import { explainEndings, findFormat } from '../../report/format.ts'
import { usageError } from '../errors.ts'
import { checkReportFiles, writeFiles } from './report-files.ts'

/** Throws a usage error for an ending that no format has, DiagnosticsError for what cannot be written. */
export function checkAuditReports(names: readonly string[], cwd: string): void {
  const wrong = names.find((name) => !isFolder(name, cwd) && findFormat(name, auditFormats) === null)
  if (wrong !== undefined) {
    const hint = `there is ${explainEndings(auditFormats)}, and a folder for one .hdf.json of each host: its name ends in /`
    throw usageError(`--report ${wrong}: no report format has this ending`, hint)
  }
  checkReportFiles(names, cwd, (name) => isFolder(name, cwd))
}

/** Returns one line for each file that could not be written. */
export function writeAuditReports(names: readonly string[], cwd: string, report: AuditReport): string[] {
  return names.flatMap((name) =>
    isFolder(name, cwd)
      ? writeFolder(name, cwd, report)
      : writeFiles([name], cwd, () => findFormat(name, auditFormats)?.render(report) ?? ''),
  )
}

/** HDF knows one target a file. What lies there of other hosts stays. */
function writeFolder(folder: string, cwd: string, report: AuditReport): string[] {
  const { hosts } = report
  const files = hostFileNames(
    hosts.map(({ name }) => name),
    '.hdf.json',
  )
  try {
    mkdirSync(resolve(cwd, folder), { recursive: true })
  } catch (error) {
    return [`--report ${folder}: ${(error as Error).message}`]
  }
  return hosts.flatMap((host, index) =>
    writeFiles([join(folder, files[index]!)], cwd, () => renderHdf({ ...report, hosts: [host] })),
  )
}

function isFolder(name: string, cwd: string): boolean {
  return name.endsWith('/') || statSync(resolve(cwd, name), { throwIfNoEntry: false })?.isDirectory() === true
}
