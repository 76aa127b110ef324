/** What a run that was cut off was to do, and which hosts have to be asked how far it came. */
import { newAttempt } from '../../engine/attempt.ts'
import type { Done } from '../../engine/done.ts'
import type { TakenUp } from '../../engine/resume.ts'
import type { RunRequestRecord } from '../../model/events.ts'
import { loadRunState, loadUndo, runNamed } from '../../store/load-run.ts'
import type { RunState } from '../../store/run-state.ts'
import type { UndoRecord } from '../../store/undo-record.ts'
import { keptChanges } from '../../store/undo-record.ts'
import type { FlagValues } from '../command.ts'
import { usageError } from '../errors.ts'
import type { vaultFlags } from '../flags.ts'
import type { Io } from '../io.ts'
import { recordOpener } from './vault.ts'

export interface Resumed {
  runId: string
  request: RunRequestRecord
  /** Applies whose end nobody saw, by host. */
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
  const open = new Map(
    state.hosts.flatMap(({ name: host, open: ids }) => (ids.length > 0 ? [[host, ids.at(-1)!]] : [])),
  )
  const records = open.size === 0 ? [] : await loadUndo(io.cwd, runId, await recordOpener(flags, io))
  const attempts = new Map<string, TakenUp>()
  for (const record of records) {
    const id = open.get(record.host)
    const last = { ...record, segments: record.segments.slice(-1) }
    const guard = state.hosts.find((host) => host.name === record.host)?.guard ?? null
    const changes = keptChanges(last).map(({ change }) => change)
    if (id === undefined) continue
    const kept = state.hosts.find((host) => host.name === record.host)?.changes.slice(-changes.length) ?? []
    const attempt = { ...newAttempt(runId, 1, changes, guard), id }
    attempts.set(record.host, { runId, attempt, keys: kept.map(({ key = '' }) => key) })
  }
  const asked = records.filter(({ host }) => attempts.has(host))
  return { runId, request: state.request, attempts, records: asked, done: knownDone(state, io) }
}

function knownDone(last: RunState, io: Io): Map<string, Done[]> {
  const done = new Map<string, Done[]>()
  const seen = new Set<string>()
  for (let state: RunState | null = last; state !== null && !seen.has(state.runId);) {
    const { runId, hosts, request }: RunState = state
    seen.add(runId)
    for (const { name, changes } of hosts) {
      const keys = new Set(changes.flatMap(({ status, key }) => (status === 'done' && key !== undefined ? [key] : [])))
      done.set(name, [...(done.get(name) ?? []), { runId, keys }])
    }
    state = request?.resumes === undefined ? null : loadRunState(io.cwd, request.resumes)
  }
  return done
}
