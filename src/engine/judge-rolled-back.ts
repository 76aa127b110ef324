/** Whether a host that took its changes back is as it was before them, and what is not. */
import { isDeepStrictEqual } from 'node:util'
import type { PlannedChange } from '../model/change.ts'
import { plainValue } from '../model/plain.ts'
import type { ChangeStatus } from '../model/report.ts'
import { isRecord } from '../text/template-scan.ts'
import type { Attempt } from './attempt.ts'
import { changeStatuses } from './attempt.ts'
import type { Job } from './job.ts'

/** A host that took its changes back must plan the same changes again from the same values. */
export function judgeRolledBack(job: Job, again: Attempt['changes']): void {
  const { member, attempt } = job
  const { state } = member
  member.fold.absent = state.absent
  const restarted = job.restarted === true
  if (state.status !== 'rolled-back' && !restarted) return
  const stays = attempt.changes.map(({ opaque, undo }) => opaque === true && (restarted || undo.length === 0))
  job.telling = changeStatuses(attempt, false).map((status, index): ChangeStatus => {
    if (status === 'not-started') return status
    if (stays[index] === true) return restarted ? 'unknown' : status
    // Nobody can read what is left of it.
    return attempt.undoFailed.has(index) && attempt.changes[index]!.opaque === true ? 'unknown' : 'rolled-back'
  })
  const kept = attempt.changes.filter((_, index) => stays[index] === true && job.telling?.[index] === 'done')
  if (state.error !== null && kept.length > 0) {
    const said = kept.map(({ summary }) => `stays done, as it has no undo: ${summary}`)
    state.error = { ...state.error, detail: [state.error.detail, ...said].join('\n').trim() }
  }
  const steady = ({ fact, before }: PlannedChange): unknown => {
    const definition = before === null ? undefined : member.fold.facts.get(fact)
    return plainValue(definition?.steady === undefined ? before : definition.steady(before))
  }
  const differs = attempt.changes.flatMap((change, index) => {
    if (stays[index] !== false) return []
    const same = again.filter(({ fact }) => fact === change.fact)
    const isAgain = same.some((one) => isDeepStrictEqual(steady(one), steady(change)))
    if (isAgain && !(attempt.undoFailed.has(index) && isMoreThanItsFact(change))) return []
    return [{ fact: change.fact, how: howItDiffers(isAgain, steady(change), same.map(steady)) }]
  })
  if (differs.length === 0) return
  const said = differs.map(({ fact, how }) => `${fact}: ${how}`)
  state.status = 'failed'
  state.error = {
    code: 'not-rolled-back',
    summary: `taken back, but not all is as it was: ${differs.map(({ fact }) => fact).join(', ')}`,
    detail: [...said, state.error?.summary ?? '', state.error?.detail ?? ''].join('\n').trim(),
    hint: 'look at these on the host; plan shows what would be changed from what is there now',
  }
}

/** `now`: what changes of the same fact find when they are planned again. Names alone: values may be long, or secret. */
function howItDiffers(isAgain: boolean, before: unknown, now: readonly unknown[]): string {
  if (isAgain) return 'its undo failed, and it did more than what is read of it'
  if (now.length === 0) return 'it is as the change made it, or cannot be read'
  const [is] = now
  if (!isRecord(before) || !isRecord(is)) return 'its value is another one than before'
  const names = [...new Set([...Object.keys(before), ...Object.keys(is)])]
  return `another value than before in ${names.filter((name) => !isDeepStrictEqual(before[name], is[name])).join(', ')}`
}

/** Its own fact does not tell all that it did. */
function isMoreThanItsFact({ opaque, effects }: PlannedChange): boolean {
  return opaque === true || Object.keys(effects ?? {}).length > 0
}
