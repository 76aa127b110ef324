/**
 * Plans a kept run's way back: the recorded values of before against what is there now. A module like others, so that it is
 * shown, applied under a guard and verified as any plan is; but its wishes come from undo records.
 */
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { factAt, valueAt } from '../facts/registry.ts'
import type { PlannedChange, PlanResult, Problem } from '../model/change.ts'
import type { Fact } from '../model/fact.ts'
import { CENSORED } from '../model/no-log.ts'
import { plainValue } from '../model/plain.ts'
import type { HostModule } from '../modules/define.ts'

/** One change of the run; `observed`: what was read of its fact once it was verified, undefined where nobody read it. */
export interface RecordedChange {
  change: PlannedChange
  observed: unknown
  /** Its undo holds a secret, which is not kept. */
  withheld: boolean
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
    /** What the host will have at a path once later changes are taken back. */
    const ahead = new Map<string, unknown>()
    for (const recorded of want.changes.toReversed()) planOne(recorded, have, ahead, result)
    return result.problems.length > 0 ? { ...result, changes: [] } : result
  },
}

function planOne(
  { change, observed, withheld }: RecordedChange,
  have: Readonly<Record<string, unknown>>,
  ahead: Map<string, unknown>,
  result: Required<PlanResult>,
): void {
  const place = factAt(change.fact)
  if (place === null) {
    if (withheld) result.problems.push(withheldProblem(change))
    else takeOpaque(change, result)
    return
  }
  const before = atPath(place, change.before)
  const now = ahead.has(change.fact) ? ahead.get(change.fact) : plainValue(valueAt(place, have[place.fact.key]))
  if (isDeepStrictEqual(now, before)) return
  // A file that several changes write is undone once, by the first of them; the others only lead there.
  const after = ahead.has(change.fact) || observed === undefined ? atPath(place, change.after) : observed
  if (withheld) {
    result.problems.push(withheldProblem(change))
    return
  }
  const isUnknown = change.after === 'known after apply'
  if (!isUnknown && !ahead.has(change.fact) && !isDeepStrictEqual(now, plainValue(after))) {
    result.problems.push(conflict(change, now))
    return
  }
  ahead.set(change.fact, before)
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

/** A value of before or after as it is compared: as JSON, without what changes by itself where it is the whole fact. */
function atPath({ fact, rest }: { fact: Fact; rest: string }, value: unknown): unknown {
  const steady = rest === '' && value !== null && fact.steady !== undefined && typeof value === 'object'
  return plainValue(steady ? fact.steady!(value) : value)
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
    code: 'changed-since',
    summary: `${change.fact} was changed since by somebody else: it is not what the run made it`,
    detail:
      change.noLog === true
        ? CENSORED
        : `made: ${JSON.stringify(plainValue(change.after))}\nnow: ${JSON.stringify(now)}\nbefore: ${JSON.stringify(change.before)}`,
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
