/**
 * Plans a kept run's way back: the recorded values of before against what is there now. A module like others, so that it is
 * shown, applied under a guard and verified as any plan is; but its wishes come from undo records.
 */
import { isDeepStrictEqual } from 'node:util'
import { stringify } from 'yaml'
import * as z from 'zod'
import { factAt, valueAt } from '../facts/registry.ts'
import type { PlannedChange, PlanResult, Problem } from '../model/change.ts'
import type { Fact } from '../model/fact.ts'
import { CENSORED } from '../model/no-log.ts'
import { KNOWN_AFTER_APPLY, plainValue } from '../model/plain.ts'
import type { HostModule } from '../modules/define.ts'
import { putAt } from './predict.ts'

/** One change of the run; `observed`: what was read of its fact once it was verified, undefined where nobody read it. */
export interface RecordedChange {
  change: PlannedChange
  observed: unknown
  /** Its undo holds a secret, which is not kept. */
  withheld: boolean
  /** An earlier rollback took it back. Only of what an opaque task did, which cannot be read. */
  takenBack?: boolean
}

interface RollbackWant {
  runId: string
  /** In the order in which they were made. */
  changes: readonly RecordedChange[]
}

export const rollbackModule: HostModule<RollbackWant> = {
  kind: 'host',
  name: 'rollback',
  summary: 'Take back what a run changed.',
  description: 'Plans the values of before from the records that the run left.',
  params: z.custom<RollbackWant>(),
  example: '',
  facts: (want) => {
    const places = want.changes.flatMap(({ change }) => factAt(change.fact) ?? [])
    return Object.fromEntries(places.map(({ fact }) => [fact.key, fact]))
  },
  plan: (want, have) => {
    const result: Required<PlanResult> = { changes: [], notes: [], problems: [] }
    const first = new Map(want.changes.toReversed().map(({ change }) => [change.fact, change.before]))
    const state: Way = { facts: new Map(Object.entries(have)), first, settled: new Set(), undone: new Set() }
    for (const recorded of want.changes.toReversed()) planOne(recorded, state, result)
    return result.problems.length > 0 ? { ...result, changes: [] } : result
  },
}

/** The host as it will be once the changes after this one are taken back. */
interface Way {
  facts: Map<string, unknown>
  /** What there was before the whole run, by path. */
  first: ReadonlyMap<string, unknown>
  /** Paths of changes that are to be taken back. */
  undone: Set<string>
  /** Paths that are as they were before the run, or that somebody else changed: nothing is done about them. */
  settled: Set<string>
}

function planOne(
  { change, observed, withheld, takenBack }: RecordedChange,
  state: Way,
  result: Required<PlanResult>,
): void {
  const place = factAt(change.fact)
  if (place === null) {
    if (takenBack === true)
      result.notes.push({
        summary: `taken back already, or never done: ${change.summary}`,
        isWarning: true,
      })
    else if (withheld) result.problems.push(withheldProblem(change))
    else takeOpaque(change, result)
    return
  }
  const now = state.facts.get(place.fact.key)
  if (state.settled.has(change.fact)) return
  if (!state.undone.has(change.fact) && holds(place, now, state.first.get(change.fact))) {
    state.settled.add(change.fact)
    return
  }
  if (holds(place, now, change.before)) return
  if (withheld) {
    result.problems.push(withheldProblem(change))
    return
  }
  // A file that several changes write is undone once, by the last of them; the others only lead there.
  const seen = plainValue(valueAt(place, now))
  const asMade = isDeepStrictEqual(seen, observed) || holds(place, now, change.after)
  // What a run before this one could not foresee cannot be recognized once it is there again.
  if (change.before === KNOWN_AFTER_APPLY && !asMade) {
    state.settled.add(change.fact)
    result.notes.push({ summary: `${change.fact} is not what the run made it, and stays as it is`, isWarning: true })
    return
  }
  if (change.after !== KNOWN_AFTER_APPLY && !state.undone.has(change.fact) && !asMade) {
    state.settled.add(change.fact)
    result.problems.push(conflict(change, seen))
    return
  }
  state.undone.add(change.fact)
  state.facts.set(place.fact.key, putAt(place.fact, place.rest, now, change.before))
  const { fact, apply, undo, disruptive, noLog = false, summary } = change
  result.changes.push({
    fact,
    before: change.after,
    after: change.before,
    summary: `take back: ${summary}`,
    apply: undo,
    undo: apply,
    disruptive,
    noLog,
  })
}

/** Whether setting a fact's value at a place would change nothing that stays as it is by itself. */
function holds({ fact, rest }: { fact: Fact; rest: string }, now: unknown, value: unknown): boolean {
  const steady = (whole: unknown): unknown =>
    plainValue(whole === null || fact.steady === undefined ? whole : fact.steady(whole))
  return isDeepStrictEqual(steady(putAt(fact, rest, now, value)), steady(now))
}

/** What a command did cannot be read; its undo, if it has one, is shown whole and done. */
function takeOpaque(change: PlannedChange, result: Required<PlanResult>): void {
  if (change.undo.length === 0) {
    result.notes.push({ summary: `stays as it is: ${change.summary}`, detail: 'it has no undo' })
    return
  }
  result.changes.push({
    fact: change.fact,
    before: change.after,
    after: change.before,
    summary: `take back: ${change.summary}`,
    apply: change.undo,
    undo: change.apply,
    disruptive: change.disruptive,
    noLog: change.noLog === true,
    opaque: true,
  })
}

function conflict(change: PlannedChange, now: unknown): Problem {
  return {
    fact: change.fact,
    code: 'changed-since',
    summary: `${change.fact} was changed since by somebody else: it is not what the run made it`,
    detail:
      change.noLog === true
        ? CENSORED
        : stringify({ made: plainValue(change.after), now, before: change.before }, { lineWidth: 0 }).trimEnd(),
    hint: 'set it by hand, or leave the host out with --limit',
  }
}

function withheldProblem(change: PlannedChange): Problem {
  return {
    code: 'secret-not-kept',
    summary: `${change.fact}: its value of before holds a secret, which is kept only under a vault password`,
    hint: 'set it by hand, or leave the host out with --limit',
  }
}
