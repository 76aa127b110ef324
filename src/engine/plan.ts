/** Plans one segment for all hosts of a batch, before any of them is changed. */
import type { HostPlan } from '../model/events.ts'
import type { PlannedChange, Problem } from '../model/change.ts'
import type { AssembledTask } from './assemble.ts'
import type { FoldHost, FoldResult } from './fold.ts'
import { fold } from './fold.ts'

/**
 * Folds, and folds again without the hosts that turned out to have a problem, so that a fleet task never configures one
 * end of a pair whose other end will not be. Then checks that no two tasks disagree.
 */
export function planSegment(
  tasks: readonly AssembledTask[],
  hosts: readonly FoldHost[],
  options: { start: number; through: boolean },
): FoldResult {
  const refused = new Map<string, HostPlan>()
  let present = [...hosts]
  for (;;) {
    const result = fold(tasks, present, options)
    for (const [name, problem] of disagreements(tasks, present, result, options)) {
      result.plans.get(name)!.problems.push(problem)
    }
    const failing = present.filter((host) => result.plans.get(host.name)!.problems.length > 0)
    for (const host of failing) refused.set(host.name, result.plans.get(host.name)!)
    if (failing.length === 0) {
      for (const [name, plan] of refused) result.plans.set(name, plan)
      return result
    }
    present = present.map((host) =>
      failing.includes(host) ? { ...host, absent: refused.get(host.name)!.problems[0]!.summary } : host,
    )
  }
}

/** Changes that planning again over the planned result still wants: two tasks disagree (or one with itself). */
function disagreements(
  tasks: readonly AssembledTask[],
  hosts: FoldHost[],
  first: FoldResult,
  options: { start: number; through: boolean },
): [string, Problem & { task: string }][] {
  const again = fold(tasks, hosts, { ...options, end: first.end, from: first.predicted, passOpaque: true })
  return hosts.flatMap((host): [string, Problem & { task: string }][] => {
    const left = again.plans.get(host.name)!.changes.find((change) => !change.checkOnly && change.opaque !== true)
    if (left === undefined || first.plans.get(host.name)!.problems.length > 0) return []
    const other = lastWriter(first.plans.get(host.name)!.changes, left)
    const summary =
      other === null || other.taskIndex === left.taskIndex
        ? `task "${left.task}" does not settle: it would change ${left.fact} again after itself`
        : `tasks "${left.task}" and "${other.task}" disagree about ${left.fact}`
    return [[host.name, { task: left.task, code: 'tasks-disagree', summary, hint: 'let only one of them set it' }]]
  })
}

function lastWriter(changes: readonly PlannedChange[], left: PlannedChange): PlannedChange | null {
  const writes = (change: PlannedChange): boolean => change.fact === left.fact || left.fact in (change.effects ?? {})
  return (
    changes.findLast((change) => writes(change) && change.taskIndex !== left.taskIndex) ??
    changes.findLast(writes) ??
    null
  )
}
