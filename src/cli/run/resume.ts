/** What a run that was cut off was to do, and which hosts have to be asked how far it came. */
import type { Attempt } from '../../engine/attempt.ts'
import { newAttempt } from '../../engine/attempt.ts'
import { doneKey } from '../../engine/fold.ts'
import type { RunRequestRecord } from '../../model/events.ts'
import { loadRunState, loadUndo, runNamed } from '../../store/load-run.ts'
import type { RunState } from '../../store/run-state.ts'
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
  attempts: Map<string, Attempt>
  /** What is known to be done, by host, as `doneKey` names it; also by the run that this one took up, if it did. */
  done: Map<string, Set<string>>
}

/** Throws DiagnosticsError, and usage errors where the run cannot be taken up. */
export async function loadResumed(name: string, flags: FlagValues<typeof vaultFlags>, io: Io): Promise<Resumed> {
  const runId = runNamed(io.cwd, name)
  const state = loadRunState(io.cwd, runId)
  if (state?.request === undefined || state.request === null || state.request.playbooks.length === 0) {
    throw usageError(`run ${runId} cannot be taken up: it was no apply of playbooks`, 'give its command once more')
  }
  const open = new Map(
    state.hosts.flatMap(({ name: host, open: ids }) => (ids.length > 0 ? [[host, ids.at(-1)!]] : [])),
  )
  const records = open.size === 0 ? [] : await loadUndo(io.cwd, runId, await recordOpener(flags, io))
  const attempts = new Map<string, Attempt>()
  for (const record of records) {
    const id = open.get(record.host)
    const last = { ...record, segments: record.segments.slice(-1) }
    const guard = state.hosts.find((host) => host.name === record.host)?.guard ?? null
    const changes = keptChanges(last).map(({ change }) => change)
    if (id !== undefined) attempts.set(record.host, { ...newAttempt(runId, 1, changes, guard), id })
  }
  return { runId, request: state.request, attempts, done: knownDone(state, io) }
}

function knownDone(last: RunState, io: Io): Map<string, Set<string>> {
  const done = new Map<string, Set<string>>()
  const seen = new Set<string>()
  for (let state: RunState | null = last; state !== null && !seen.has(state.runId);) {
    seen.add(state.runId)
    for (const { name, changes } of state.hosts) {
      const keys = changes.filter(({ status }) => status === 'done').map(doneKey)
      done.set(name, new Set([...(done.get(name) ?? []), ...keys]))
    }
    const earlier: string | undefined = state.request?.resumes
    state = earlier === undefined ? null : loadRunState(io.cwd, earlier)
  }
  return done
}
