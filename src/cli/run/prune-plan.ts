/** Which kept runs `runs prune` removes, which it has to keep, and what is lost with each. Pure but for what it is given. */
import type { RunState } from '../../store/run-state.ts'
import { takeBackTask } from './taken-back.ts'

/** What is asked for; null: this says nothing. A run goes only where both say so. */
export interface PruneRule {
  /** The latest so many stay. */
  keep: number | null
  /** In ms: those that began no longer ago stay. */
  olderThan: number | null
  /** Only runs of this command. */
  command: string | null
}

/** A kept run; `state` null: its journal cannot be read. */
export interface PruneRun {
  runId: string
  command: string
  startedAt: string
  state: RunState | null
  /** Pairs whose last test it is, as `SERVER and CLIENT`. */
  lastTests: readonly string[]
}

export interface Prune {
  removed: { runId: string; command: string; startedAt: string; loses: string[] }[]
  /** Those that were to go, and why they stay. */
  kept: { runId: string; command: string; startedAt: string; why: string }[]
}

/** `runs`: the oldest first. */
export function planPrune(runs: readonly PruneRun[], { keep, olderThan, command }: PruneRule, now: number): Prune {
  const ofKind = runs.filter((run) => command === null || run.command === command)
  const late = new Set(keep === null ? [] : ofKind.slice(Math.max(0, ofKind.length - keep)))
  const young = (run: PruneRun): boolean => olderThan !== null && now - Date.parse(run.startedAt) <= olderThan
  const asked = ofKind.filter((run) => !late.has(run) && !young(run))
  const why = new Map<PruneRun, string>()
  for (const run of asked) {
    const reason = openEnd(run)
    if (reason !== null) why.set(run, reason)
  }
  // What a run that stays still needs stays as well, and what that needs.
  for (let before = -1; before !== why.size;) {
    before = why.size
    const staying = runs.filter((run) => !asked.includes(run) || why.has(run))
    for (const run of asked) {
      const reason = why.has(run) ? null : neededBy(run, staying)
      if (reason !== null) why.set(run, reason)
    }
  }
  const named = ({ runId, command: of, startedAt }: PruneRun): Pick<PruneRun, 'runId' | 'command' | 'startedAt'> => ({
    runId,
    command: of,
    startedAt,
  })
  return {
    removed: asked.filter((run) => !why.has(run)).map((run) => ({ ...named(run), loses: losses(run) })),
    kept: asked.flatMap((run) => (why.has(run) ? [{ ...named(run), why: why.get(run)! }] : [])),
  }
}

/** Why nobody knows yet how a run ended; null: it did. */
function openEnd({ runId, state }: PruneRun): string | null {
  if (state === null) return 'its journal cannot be read'
  // An audit changes nothing: nothing is lost with one that was cut off.
  if (state.command === 'audit') return null
  if (state.endedAt === null) return `it is under way, or was cut off: apply --resume ${runId} takes it up`
  const unknown = state.hosts.filter(({ open }) => open.length > 0).length
  return unknown === 0 ? null : `what it did on some hosts is unknown: apply --resume ${runId} asks them`
}

function neededBy({ runId, state }: PruneRun, staying: readonly PruneRun[]): string | null {
  const resumed = staying.find((run) => run.state?.request?.resumes === runId)
  if (resumed !== undefined) return `${resumed.runId}, which stays, took it up`
  if (state?.command !== 'rollback') return null
  // Without it the same would be taken back once more.
  const tasks = new Set(state.hosts.flatMap(({ changes }) => changes.map(({ task }) => task)))
  const undone = staying.find((run) => tasks.has(takeBackTask(run.runId)))
  return undone === undefined ? null : `it took back ${undone.runId}, which stays`
}

function losses({ runId, state, lastTests }: PruneRun): string[] {
  const changed = state?.hosts.filter(({ changes }) => changes.some(({ status }) => status === 'done')) ?? []
  return [
    ...(changed.length === 0 ? [] : [`rollback ${runId} will not be possible`]),
    ...(state?.command === 'audit' ? ['its findings and evidence, in trends and "failing since" as well'] : []),
    ...(lastTests.length === 0 ? [] : [`the last test of ${lastTests.join(', of ')}`]),
  ]
}
