/** `report RUN --report FILE`: the reports of a kept run once more. */
import { EXIT } from '../../model/exit-codes.ts'
import { explainEndings, findFormat } from '../../report/format.ts'
import { runFormats } from '../../report/formats.ts'
import { loadAudit } from '../../store/audit-record.ts'
import { loadReport, runNamed } from '../../store/load-run.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'
import { checkAuditReports, writeAuditReports } from './audit-reports.ts'
import { checkReportFiles, checkSigning, writeReportFiles } from './report-files.ts'

/** Throws DiagnosticsError and usage errors. Resolves to the exit code. */
export async function rewriteReports(
  name: string,
  files: readonly string[],
  sign: string | null,
  io: Io,
): Promise<number> {
  if (files.length === 0) throw usageError('report writes files: name one', `mptcp-fleet report ${name} --report FILE`)
  checkSigning(sign, files, io.cwd)
  const runId = runNamed(io.cwd, name)
  const unwritten = await write(runId, files, sign, io)
  for (const line of unwritten) io.stderr.write(`mptcp-fleet: ${line}\n`)
  return unwritten.length > 0 ? EXIT.notStarted.code : EXIT.ok.code
}

async function write(runId: string, files: readonly string[], sign: string | null, io: Io): Promise<string[]> {
  const audit = loadAudit(io.cwd, runId)
  if (audit !== null) {
    checkAuditReports(files, io.cwd)
    return await writeAuditReports(files, audit, sign, io)
  }
  const report = loadReport(io.cwd, runId)
  const wrong = files.find((file) => findFormat(file, runFormats) === null)
  if (wrong !== undefined) {
    const hint = `of a run that is no audit there is ${explainEndings(runFormats)}`
    throw usageError(`--report ${wrong}: no report format has this ending`, hint)
  }
  checkReportFiles(files, io.cwd)
  return await writeReportFiles(files, report, sign, io)
}
