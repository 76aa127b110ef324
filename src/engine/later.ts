/** Tasks that a fold cannot plan yet, or passes by: why, and on which hosts. */
import { UNKNOWN } from '../model/change.ts'
import type { Fact } from '../model/fact.ts'
import type { AssembledTask } from './assemble.ts'
import type { Fold, FoldHost } from './fold.ts'
import { isOpaque, waitsForWrites } from './opaque.ts'
import { readPredicted } from './predict.ts'

/** Why a task is planned later, where there is no better reason. */
export const FIRST = 'an earlier task must be applied first'

/** Whether a host can still be planned: present and without a problem so far. */
export function active(state: Fold, host: FoldHost): boolean {
  return host.absent === null && state.plans.get(host.name)!.problems.length === 0
}

/** Why the task reads what is not known yet, or null. */
export function unknownBefore(state: Fold, task: AssembledTask): string | null {
  for (const host of state.hosts) {
    const want = task.wants.get(host.name)
    if (want === undefined || !active(state, host)) continue
    const earlier = state.opaque.get(host.name)
    for (const fact of Object.values<Fact>(task.module.facts(want))) {
      if (earlier !== undefined) return `depends on what task "${earlier}" does`
      if (readPredicted(state.predicted.get(host.name)!, fact.key) === UNKNOWN) return `reads ${fact.key}`
    }
  }
  return null
}

/** Why an opaque task is not planned yet although it reads nothing that is unknown, or null. */
export function waits(state: Fold, task: AssembledTask): string | null {
  if (!isOpaque(task)) return null
  const earlier = [...state.plans.values()].flatMap(({ changes }) => changes)
  return waitsForWrites(task, earlier) ? FIRST : null
}

/** An audit that is passed by: hosts that tasks before it would change are judged once they are. */
export function passAudit(state: Fold, task: AssembledTask): void {
  const hosts = state.hosts.filter((host) => task.wants.has(host.name) && active(state, host))
  const waits = (host: FoldHost): boolean =>
    host.pending === true || state.plans.get(host.name)!.changes.some(({ checkOnly }) => !checkOnly)
  const ready = hosts.filter((host) => !waits(host))
  state.audits.set(task.index, new Set(ready.map(({ name }) => name)))
  for (const { name } of hosts.filter(waits)) {
    state.plans.get(name)!.afterApply.push({ task: task.name, reason: 'judges what the changes before it make' })
  }
}

/** A trial or an audit: what is before it is made and verified first. */
export function waitsForAll({ module }: AssembledTask): boolean {
  return module.kind === 'trial' || module.kind === 'audit'
}

export function markLater(state: Fold, task: AssembledTask, otherwise: string): void {
  if (task.module.kind === 'trial') return
  const reason = task.module.kind === 'audit' ? otherwise : (unknownBefore(state, task) ?? otherwise)
  for (const host of state.hosts) {
    if (!task.wants.has(host.name) || !active(state, host)) continue
    state.plans.get(host.name)!.afterApply.push({ task: task.name, reason })
  }
}
