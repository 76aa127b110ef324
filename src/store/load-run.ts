/** Reads back what a run left: its undo records and its report. */
import { lstatSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { z } from 'zod'
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'
import type { RunReport } from '../model/report.ts'
import { runReportSchema } from '../model/report.ts'
import { closest } from '../text/closest.ts'
import { hostFileName } from './file-name.ts'
import { FLEET_FOLDER, findFleetFolder } from './fleet-folder.ts'
import type { UndoRecord } from './undo-record.ts'
import { parseJournal } from './journal.ts'
import type { RunStart } from './run-start.ts'
import { byStart, lastRun } from './run-start.ts'
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
  runFolder(cwd, runId)
  const folder = findFleetFolder(cwd, 'runs', runId, 'undo')
  // An audit changes nothing, and has none.
  if (folder === null && loadRunStart(cwd, runId)?.start.command === 'audit') return []
  if (folder === null) throw unreadable(`run ${runId} has no undo records`, 'its folder undo was removed')
  const files = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.startsWith('.'))
  const paths = files.toSorted().map((name) => join(folder, name))
  return await Promise.all(paths.map(async (path) => parseAs(await open(read(path)), path, undoRecordSchema)))
}

/**
 * The undo record of one host of a run; null where it has none. `sealed`: it was encrypted. Throws DiagnosticsError, and what
 * `open` throws.
 */
export async function loadUndoOf(
  cwd: string,
  runId: string,
  host: string,
  open: (text: string) => Promise<string>,
): Promise<{ record: UndoRecord; sealed: boolean } | null> {
  const folder = findFleetFolder(cwd, 'runs', runId, 'undo')
  const path = folder === null ? null : join(folder, `${hostFileName(host)}.json`)
  if (path === null || lstatSync(path, { throwIfNoEntry: false }) === undefined) return null
  const text = read(path)
  const opened = await open(text)
  return { record: parseAs(opened, path, undoRecordSchema), sealed: opened !== text }
}

/** The run that a person names: an id, or `last`, the one that began last. Throws DiagnosticsError where there is none. */
export function runNamed(cwd: string, name: string): string {
  const last = name === 'last' ? lastRun(loadRunStarts(cwd)) : null
  const runId = last?.folder ?? name
  checkId(runFolder(cwd, runId), runId, loadRunStart(cwd, runId)?.start ?? null)
  return runId
}

/** When the kept runs began, the oldest first; those without a journal are left out. Throws DiagnosticsError. */
export function loadRunStarts(cwd: string): RunStart[] {
  return byStart(listRuns(cwd).flatMap((runId) => loadRunStart(cwd, runId) ?? []))
}

function loadRunStart(cwd: string, runId: string): RunStart | null {
  const [text, path] = journalOf(cwd, runId)
  const [start] = parseJournal(text.split('\n', 1)[0] ?? '', path)
  return start?.type === 'run-started' ? { folder: runId, start } : null
}

/** What is known of a run from its journal; null where it has none. Throws DiagnosticsError. */
export function loadRunState(cwd: string, runId: string): RunState | null {
  const [text, path] = journalOf(cwd, runId)
  const state = runState(parseJournal(text, path))
  checkId(runFolder(cwd, runId), runId, state)
  return state
}

/** Text and path of a run's journal; no text where it has none. */
function journalOf(cwd: string, runId: string): [string, string] {
  const path = join(runFolder(cwd, runId), 'journal.ndjson')
  return [lstatSync(path, { throwIfNoEntry: false }) === undefined ? '' : read(path), path]
}

/** A folder that was copied or renamed is none that a run of this name left. */
function checkId(folder: string, runId: string, run: { runId: string } | null): void {
  if (run === null || run.runId === runId) return
  const summary = `${folder} holds the journal of another run, ${run.runId}`
  throw unreadable(summary, 'it was copied, renamed or put there by somebody: move it away')
}

/** Whether a run came to its end and left a report, which no audit does. Throws DiagnosticsError. */
export function hasReport(cwd: string, runId: string): boolean {
  return lstatSync(join(runFolder(cwd, runId), 'report.json'), { throwIfNoEntry: false }) !== undefined
}

/** The report of a run. Throws DiagnosticsError, also where the run did not come to its end. */
export function loadReport(cwd: string, runId: string): RunReport {
  const path = join(runFolder(cwd, runId), 'report.json')
  return parseAs(read(path), path, runReportSchema)
}

/** Ids of the runs that are kept, by name. Throws DiagnosticsError where the folder is not trusted. */
export function listRuns(cwd: string): string[] {
  const folder = findFleetFolder(cwd, 'runs')
  if (folder === null) return []
  // A file is no run, and what a removal left is none any more; a link is told of when it is read.
  const entries = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => !entry.isFile() && !entry.name.startsWith('.'),
  )
  return entries.map(({ name }) => name).toSorted()
}

/** Path of a run's folder, which is checked. */
function runFolder(cwd: string, runId: string): string {
  const isName = basename(runId) === runId && runId !== '' && !runId.startsWith('.')
  const folder = isName ? findFleetFolder(cwd, 'runs', runId) : null
  if (folder !== null) return folder
  const runs = listRuns(cwd)
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
