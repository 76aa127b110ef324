/** What a run that was cut off was to do, and which hosts have to be asked how far it came. */
import type { Assembled } from '../../engine/assemble.ts'
import { newAttempt } from '../../engine/attempt.ts'
import type { Done } from '../../engine/done.ts'
import type { TakenUp } from '../../engine/resume.ts'
import { DiagnosticsError } from '../../model/diagnostic.ts'
import type { RunRequestRecord } from '../../model/events.ts'
import type { Target } from '../../model/host.ts'
import { loadRunState, loadUndo, runNamed } from '../../store/load-run.ts'
import type { HostRunState, RunState } from '../../store/run-state.ts'
import type { UndoRecord } from '../../store/undo-record.ts'
import { keptChanges } from '../../store/undo-record.ts'
import type { FlagValues } from '../command.ts'
import { usageError } from '../errors.ts'
import type { vaultFlags } from '../flags.ts'
import type { Io } from '../io.ts'
import { otherAddress } from './rollback-plan.ts'
import { recordOpener } from './vault.ts'

export interface Resumed {
  runId: string
  request: RunRequestRecord
  /** Applies whose end nobody saw, by host; also of the run that this one took up, if it did. */
  attempts: Map<string, TakenUp>
  /** Those hosts, as the run reached them. */
  records: UndoRecord[]
  /** What is known to be done, by host; also by the run that this one took up, if it did. */
  done: Map<string, Done[]>
}

/** Throws DiagnosticsError, and usage errors where the run cannot be taken up. */
export async function loadResumed(name: string, flags: FlagValues<typeof vaultFlags>, io: Io): Promise<Resumed> {
  const runId = runNamed(io.cwd, name)
  const state = loadRunState(io.cwd, runId)
  if (state?.request === undefined || state.request === null) {
    throw usageError(`run ${runId} cannot be taken up: it changed no hosts`, 'give its command once more')
  }
  const states = takenUpFrom(state, io)
  const attempts = new Map<string, TakenUp>()
  const asked: UndoRecord[] = []
  const opener = states.some(({ hosts }) => hosts.some(({ open }) => open.length > 0))
    ? await recordOpener(flags, io)
    : undefined
  // A run that was cut off before it asked a host leaves that host's apply to be asked for: the newest one is the last.
  for (const one of states) {
    const open = one.hosts.filter(({ name: host, open: ids }) => ids.length > 0 && !attempts.has(host))
    const records = open.length === 0 ? [] : await loadUndo(io.cwd, one.runId, opener)
    for (const host of open) {
      const record = records.find(({ host: recorded }) => recorded === host.name)
      if (record === undefined) continue
      attempts.set(host.name, takenUp(one.runId, host, record))
      asked.push(record)
    }
  }
  return { runId, request: state.request, attempts, records: asked, done: knownDone(states) }
}

/**
 * Throws DiagnosticsError where a host that is to be asked is reached elsewhere than the run reached it: another machine
 * would know nothing of the run, and would be changed in its place.
 */
export function checkReached({ records }: Pick<Resumed, 'records'>, { plays }: Assembled): void {
  const targets = plays.flatMap(({ batches }) => batches.flat())
  const hint = 'check the inventory; where it is the same host, give the command of the run once more, without --resume'
  const wrong = records.flatMap((record) => {
    const isOther = ({ host, connection }: Target): boolean =>
      host.name === record.host && connection.address !== record.address
    const other = targets.find(isOther)
    return other === undefined ? [] : [otherAddress(record, other.connection.address, hint)]
  })
  if (wrong.length > 0) throw new DiagnosticsError(wrong)
}

function takenUp(runId: string, host: HostRunState, record: UndoRecord): TakenUp {
  const changes = keptChanges({ ...record, segments: record.segments.slice(-1) }).map(({ change }) => change)
  const kept = host.changes.slice(-changes.length)
  const attempt = { ...newAttempt(runId, 1, changes, host.guard), id: host.open.at(-1)! }
  return { runId, attempt, keys: kept.map(({ key = '' }) => key) }
}

/** The run, the one that it took up, and so on. */
function takenUpFrom(last: RunState, io: Io): RunState[] {
  const states: RunState[] = []
  const seen = new Set<string>()
  for (let state: RunState | null = last; state !== null && !seen.has(state.runId);) {
    seen.add(state.runId)
    states.push(state)
    const resumes: string | undefined = state.request?.resumes
    state = resumes === undefined ? null : loadRunState(io.cwd, resumes)
  }
  return states
}

function knownDone(states: readonly RunState[]): Map<string, Done[]> {
  const done = new Map<string, Done[]>()
  for (const { runId, hosts } of states) {
    for (const { name, changes } of hosts) {
      const keys = new Set(changes.flatMap(({ status, key }) => (status === 'done' && key !== undefined ? [key] : [])))
      done.set(name, [...(done.get(name) ?? []), { runId, keys }])
    }
  }
  return done
}
