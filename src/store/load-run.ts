/** Reads back what a run left: its undo records and its report. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'
import type { RunReport } from '../model/report.ts'
import { runReportSchema } from '../model/report.ts'
import { closest } from '../text/closest.ts'
import { FLEET_FOLDER } from './fleet-folder.ts'
import type { UndoRecord } from './undo-record.ts'
import { undoRecordSchema } from './undo-record.ts'

/** Undo records of a run, one for each host that was about to be changed. Throws DiagnosticsError. */
export function loadUndo(cwd: string, runId: string): UndoRecord[] {
  const folder = join(runFolder(cwd, runId), 'undo')
  const files = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.startsWith('.'))
  return files.toSorted().map((name) => readAs(join(folder, name), undoRecordSchema))
}

/** The report of a run. Throws DiagnosticsError, also where the run did not come to its end. */
export function loadReport(cwd: string, runId: string): RunReport {
  return readAs(join(runFolder(cwd, runId), 'report.json'), runReportSchema)
}

/** Ids of the runs that are kept, the oldest first. */
export function listRuns(cwd: string): string[] {
  try {
    return readdirSync(join(cwd, FLEET_FOLDER, 'runs')).toSorted()
  } catch {
    return []
  }
}

function runFolder(cwd: string, runId: string): string {
  const runs = listRuns(cwd)
  if (runs.includes(runId)) return join(cwd, FLEET_FOLDER, 'runs', runId)
  const near = closest(runId, runs)
  const known = near === null ? `runs are kept below ${FLEET_FOLDER}/runs/` : `did you mean ${near}?`
  throw unreadable(`there is no run ${runId}`, runs.length === 0 ? 'no run is kept in this folder yet' : known)
}

function readAs<T>(path: string, schema: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw unreadable(`cannot read ${path}: ${(error as Error).message}`, 'was the run cut off before it was written?')
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw unreadable(
    `${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`,
    'it was written by another version of mptcp-fleet, or edited',
  )
}

function unreadable(summary: string, hint: string): DiagnosticsError {
  return new DiagnosticsError([errorDiagnostic('run-record', summary, { hint })])
}
