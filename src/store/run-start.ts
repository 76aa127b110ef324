/** When kept runs began, by their own journals: what a folder is called says nothing of that. */
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'
import type { JournalEntry } from './journal.ts'

/** A kept run's folder and the first entry of its journal. */
export interface RunStart {
  folder: string
  start: Extract<JournalEntry, { type: 'run-started' }>
}

/** Clocks differ by so much, in ms. */
const AHEAD = 5 * 60 * 1000

/** Whether a run can have begun at this time (ISO 8601): one that begins in the future was not kept by this tool. */
export function canHaveBegun(at: string, now = Date.now()): boolean {
  return Date.parse(at) <= now + AHEAD
}

/** The oldest first. */
export function byStart(runs: readonly RunStart[]): RunStart[] {
  return runs.toSorted((a, b) => beganAt(a) - beganAt(b) || (a.folder < b.folder ? -1 : 1))
}

/**
 * The run that began last, but for those that begin in the future; null where no run is kept. Throws DiagnosticsError where
 * all begin in the future.
 */
export function lastRun(runs: readonly RunStart[], now = Date.now()): RunStart | null {
  const last = byStart(runs.filter(({ start }) => canHaveBegun(start.at, now))).at(-1)
  if (last !== undefined || runs.length === 0) return last ?? null
  const hint = 'check the clock of this machine; runs list shows them, and each can be named by its id'
  throw new DiagnosticsError([errorDiagnostic('run-record', 'all runs that are kept begin in the future', { hint })])
}

function beganAt({ start }: RunStart): number {
  return Date.parse(start.at)
}
