/** The tree of groups: parents, depth, order. */
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import type { Draft, DraftGroup } from './draft.ts'
import { parentsFirst } from './group-walk.ts'
import type { Group } from './types.ts'

/** Gives every group without a parent to `all`, and every host without a group to `ungrouped`, as Ansible does. */
export function reconcile(draft: Draft): void {
  const all = draft.groups.get('all')
  const ungrouped = draft.groups.get('ungrouped')
  if (all === undefined || ungrouped === undefined) return
  const children = new Set<string>()
  for (const group of draft.groups.values()) for (const child of group.children.keys()) children.add(child)
  for (const name of draft.groups.keys()) {
    if (name !== 'all' && !children.has(name)) all.children.set(name, null)
  }
  const grouped = new Set<string>()
  for (const group of draft.groups.values()) {
    if (group !== all && group !== ungrouped) for (const host of group.hosts) grouped.add(host)
  }
  for (const host of draft.hosts.keys()) {
    if (grouped.has(host)) ungrouped.hosts.delete(host)
    else if (ungrouped.hosts.has(host)) continue
    // As Ansible: of a group and a host of one name, the group is meant.
    else if (draft.groups.has(host)) ungrouped.children.set(host, null)
    else ungrouped.hosts.add(host)
  }
}

/** The finished groups. The draft has no circles and is reconciled. */
export function finishGroups(draft: Draft): Map<string, Group> {
  const depths = new Map<string, number>()
  const parents = new Map<string, string[]>([...draft.groups.keys()].map((name) => [name, []]))
  for (const name of parentsFirst(draft)) {
    for (const child of draft.groups.get(name)?.children.keys() ?? [])
      depths.set(child, Math.max(depths.get(child) ?? 0, (depths.get(name) ?? 0) + 1))
  }
  for (const group of draft.groups.values())
    for (const child of group.children.keys()) parents.get(child)?.push(group.name)
  return new Map(
    [...draft.groups.values()].map((group) => [
      group.name,
      {
        name: group.name,
        parents: parents.get(group.name) ?? [],
        children: [...group.children.keys()],
        hosts: [...group.hosts],
        depth: depths.get(group.name) ?? 0,
        priority: priorityOf(group) ?? 1,
        vars: Object.fromEntries([...group.vars].map(([name, variable]) => [name, variable.value])),
      },
    ]),
  )
}

/** What a group's `ansible_group_priority` says: 1 where it has none, null where it is no whole number. */
export function priorityOf(group: DraftGroup): number | null {
  const variable = group.vars.get('ansible_group_priority')
  const value = variable === undefined ? 1 : variable.value
  if (typeof value === 'string') return /^\s*[-+]?\d+\s*$/.test(value) ? Number(value) : null
  return typeof value === 'number' || typeof value === 'boolean' ? Math.trunc(Number(value)) : null
}

/** One diagnostic for each group whose priority is no number. */
export function findBadPriorities(draft: Draft): Diagnostic[] {
  return [...draft.groups.values()].flatMap((group) => {
    if (priorityOf(group) !== null) return []
    const source = group.vars.get('ansible_group_priority')?.source ?? null
    const summary = `ansible_group_priority of the group "${group.name}" must be a whole number`
    return [errorDiagnostic('wrong-type', summary, { source, hint: 'the group with the higher number wins' })]
  })
}

/** Ansible's order of merging: parents before children, then by priority, then by name. */
export function byMergeOrder(
  a: Pick<Group, 'name' | 'depth' | 'priority'>,
  b: Pick<Group, 'name' | 'depth' | 'priority'>,
): number {
  return a.depth - b.depth || a.priority - b.priority || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
}

/** Names of the hosts of a group and all below it, level after level, each once. */
export function hostsBelow(groups: ReadonlyMap<string, Group>, name: string): string[] {
  const hosts = new Set<string>()
  const seen = new Set([name])
  for (const groupName of seen) {
    const group = groups.get(groupName)
    for (const host of group?.hosts ?? []) hosts.add(host)
    // A Set visits what is added while it is walked.
    for (const child of group?.children ?? []) seen.add(child)
  }
  return [...hosts]
}

/** For every host the groups it is in, itself or through their children, in the order of merging. */
export function groupsOfHosts(groups: ReadonlyMap<string, Group>): Map<string, readonly Group[]> {
  const direct = new Map<string, string[]>()
  for (const group of groups.values()) {
    for (const host of group.hosts) {
      const known = direct.get(host)
      if (known === undefined) direct.set(host, [group.name])
      else known.push(group.name)
    }
  }
  // Hosts in the same groups share one list.
  const lists = new Map<string, readonly Group[]>()
  return new Map(
    [...direct].map(([host, names]) => {
      const key = names.join('\0')
      const list = lists.get(key) ?? withAncestors(groups, names)
      lists.set(key, list)
      return [host, list]
    }),
  )
}

function withAncestors(groups: ReadonlyMap<string, Group>, names: readonly string[]): Group[] {
  const seen = new Set(names)
  // A Set visits what is added while it is walked.
  for (const name of seen) for (const parent of groups.get(name)?.parents ?? []) seen.add(parent)
  return [...seen].map((name) => groups.get(name)!).sort(byMergeOrder)
}
