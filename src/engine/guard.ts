/** Which hosts of a segment are guarded, and for how long: those with a disruptive change, and all that a task ties to them. */
import type { PlannedChange } from '../model/change.ts'
import type { AssembledTask } from './assemble.ts'

/** Guard time in seconds by host; a host that is missing needs none. Hosts that a fleet task plans together go together. */
export function guardTimes(
  tasks: readonly AssembledTask[],
  work: readonly { host: string; changes: readonly PlannedChange[] }[],
  standard: number | null,
): Map<string, number> {
  const times = new Map<string, number>()
  for (const { host, changes } of work) {
    const asked = changes
      .filter((change) => change.disruptive)
      .map(({ guard }) => (guard === undefined ? standard : guard))
    const seconds = asked.filter((time) => time !== null)
    if (seconds.length > 0) times.set(host, Math.max(...seconds))
  }
  for (const group of tiedHosts(tasks, work)) {
    const longest = Math.max(0, ...group.map((host) => times.get(host) ?? 0))
    if (longest > 0) for (const host of group) times.set(host, longest)
  }
  return times
}

/** Groups of hosts, each of which commits together or not at all; a host that no fleet task changes is its own. */
export function tiedHosts(
  tasks: readonly AssembledTask[],
  work: readonly { host: string; changes: readonly PlannedChange[] }[],
): string[][] {
  const groupOf = new Map(work.map(({ host }) => [host, new Set([host])]))
  for (const task of tasks.filter(({ module }) => module.kind === 'fleet')) {
    const tied = work.filter(({ changes }) => changes.some(({ taskIndex }) => taskIndex === task.index))
    const merged = new Set(tied.flatMap(({ host }) => [...groupOf.get(host)!]))
    for (const host of merged) groupOf.set(host, merged)
  }
  return [...new Set(groupOf.values())].map((group) => [...group])
}
