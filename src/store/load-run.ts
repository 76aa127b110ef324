/** Reads back what a run left: its undo records and its report. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'
import type { RunReport } from '../model/report.ts'
import { runReportSchema } from '../model/report.ts'
import { closest } from '../text/closest.ts'
import { FLEET_FOLDER } from './fleet-folder.ts'
import type { UndoRecord } from './undo-record.ts'
import { parseJournal } from './journal.ts'
import type { RunState } from './run-state.ts'
import { runState } from './run-state.ts'
import { readTrusted } from './trust.ts'
import { undoRecordSchema } from './undo-record.ts'

/**
 * Undo records of a run, one for each host that was about to be changed. `open` decrypts a file's text. Throws
 * DiagnosticsError, and what `open` throws.
 */
export async function loadUndo(
  cwd: string,
  runId: string,
  open: (text: string) => string | Promise<string> = (text) => text,
): Promise<UndoRecord[]> {
  const folder = join(runFolder(cwd, runId), 'undo')
  const files = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.startsWith('.'))
  const paths = files.toSorted().map((name) => join(folder, name))
  return await Promise.all(paths.map(async (path) => parseAs(await open(read(path)), path, undoRecordSchema)))
}

/** The run that a person names: an id, or `last`. Throws DiagnosticsError where there is none. */
export function runNamed(cwd: string, name: string): string {
  const last = listRuns(cwd).at(-1)
  if (name === 'last' && last !== undefined) return last
  runFolder(cwd, name)
  return name
}

/** What is known of a run from its journal; null where it has none. Throws DiagnosticsError. */
export function loadRunState(cwd: string, runId: string): RunState | null {
  const path = join(runFolder(cwd, runId), 'journal.ndjson')
  if (!existsSync(path)) return null
  return runState(parseJournal(readTrusted(path), path))
}

/** The report of a run. Throws DiagnosticsError, also where the run did not come to its end. */
export function loadReport(cwd: string, runId: string): RunReport {
  const path = join(runFolder(cwd, runId), 'report.json')
  return parseAs(read(path), path, runReportSchema)
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

function read(path: string): string {
  try {
    return readTrusted(path)
  } catch (error) {
    if (error instanceof DiagnosticsError) throw error
    throw unreadable(`cannot read ${path}: ${(error as Error).message}`, 'was the run cut off before it was written?')
  }
}

function parseAs<T>(text: string, path: string, schema: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(text)
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
