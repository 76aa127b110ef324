/** What earlier rollbacks took back of a run, by the journals: what an opaque task did cannot be read of the host. */
import { factAt } from '../../facts/registry.ts'
import type { RecordedChange } from '../../engine/rollback.ts'
import { DiagnosticsError } from '../../model/diagnostic.ts'
import { listRuns, loadRunState } from '../../store/load-run.ts'
import { canHaveBegun } from '../../store/run-start.ts'
import type { RunState } from '../../store/run-state.ts'

/** How often a change of each fact was taken back, by host and fact. */
export type TakenBack = ReadonlyMap<string, ReadonlyMap<string, number>>

/** Name of the task that takes a run back; journals tell by it which run a rollback was of. */
export function takeBackTask(runId: string): string {
  return `Take back run ${runId}`
}

/** What of a run is not there by now: never done, taken back by its guard, or by a rollback that was not taken back itself. */
export function takenBack(cwd: string, runId: string): TakenBack {
  const runs = readableRuns(cwd)
  return withNeverKept(countTaken(runs, runId), runs, runId)
}

/** Adds what the run itself says that it did not do, or that its guard took back. */
export function withNeverKept(counts: TakenBack, runs: readonly RunState[], runId: string): TakenBack {
  const all = new Map([...counts].map(([host, facts]) => [host, new Map(facts)]))
  for (const { name, changes } of runs.find((run) => run.runId === runId)?.hosts ?? []) {
    const facts = all.get(name) ?? new Map<string, number>()
    all.set(name, facts)
    for (const { fact, status } of changes) {
      if (status === 'not-started' || status === 'rolled-back') facts.set(fact, (facts.get(fact) ?? 0) + 1)
    }
  }
  return all
}

/** As `takenBack`, of these runs. */
export function countTaken(runs: readonly RunState[], runId: string): TakenBack {
  const since = runs.find((run) => run.runId === runId)?.startedAt
  const counts = new Map<string, Map<string, number>>()
  const add = (host: string, fact: string, number: number): void => {
    const facts = counts.get(host) ?? new Map<string, number>()
    counts.set(host, facts.set(fact, (facts.get(fact) ?? 0) + number))
  }
  const task = takeBackTask(runId)
  for (const run of runs) {
    // Later ones alone, so that this comes to an end whatever the journals say.
    if (run.command !== 'rollback' || since === undefined || run.startedAt <= since) continue
    const done = run.hosts.flatMap(({ name, changes }) =>
      changes.filter((change) => change.task === task && change.status === 'done').map(({ fact }) => ({ name, fact })),
    )
    for (const { name, fact } of done) add(name, fact, 1)
    if (done.length === 0) continue
    for (const [host, facts] of countTaken(runs, run.runId)) {
      for (const [fact, number] of facts) add(host, fact, -number)
    }
  }
  return counts
}

/** Hosts of which nobody knows whether a rollback of the run ran its opaque undo, with that rollback; the latest counts. */
export function unknownTaken(cwd: string, runId: string): Map<string, string> {
  const task = takeBackTask(runId)
  return new Map(
    readableRuns(cwd)
      .filter(({ command }) => command === 'rollback')
      .flatMap((run) =>
        run.hosts
          .filter(({ changes }) =>
            changes.some(
              (change) => change.task === task && change.status === 'unknown' && factAt(change.fact) === null,
            ),
          )
          .map(({ name }): [string, string] => [name, run.runId]),
      ),
  )
}

/** Marks the opaque changes that were taken back: the latest first, as a rollback goes. */
export function markTaken(
  changes: readonly RecordedChange[],
  taken: ReadonlyMap<string, number> | undefined,
): RecordedChange[] {
  const left = new Map(taken)
  const marked = changes.toReversed().map((recorded) => {
    const { fact, undo } = recorded.change
    const number = left.get(fact) ?? 0
    if (number <= 0 || factAt(fact) !== null || (undo.length === 0 && !recorded.withheld)) return recorded
    left.set(fact, number - 1)
    return { ...recorded, takenBack: true }
  })
  return marked.toReversed()
}

/** A hint's end that names the latest run that changed something; empty where none did. */
export function latestChanging(cwd: string): string {
  const runs = readableRuns(cwd).filter(({ startedAt }) => canHaveBegun(startedAt))
  const run = runs.findLast(({ hosts }) =>
    hosts.some(({ changes }) => changes.some(({ status }) => status === 'done' || status === 'unknown')),
  )
  return run === undefined ? '' : `; the latest that changed something is ${run.runId} (${run.command})`
}

/** The oldest first. What cannot be read of other runs does not keep one from being taken back. */
function readableRuns(cwd: string): RunState[] {
  const states = listRuns(cwd).flatMap((runId): RunState[] => {
    try {
      const state = loadRunState(cwd, runId)
      return state === null ? [] : [state]
    } catch (error) {
      if (error instanceof DiagnosticsError) return []
      throw error
    }
  })
  return states.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt))
}
