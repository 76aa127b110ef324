/** The tree of groups: parents, depth, order, and circles in it. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import type { Draft, DraftGroup } from './draft.ts'
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
    else ungrouped.hosts.add(host)
  }
}

/** One diagnostic for each circle of groups, at the line that closes it. */
export function findCycles(draft: Draft): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  const done = new Set<string>()
  const visit = (name: string, trail: string[]): void => {
    if (done.has(name)) return
    for (const [child, source] of draft.groups.get(name)?.children ?? []) {
      const start = [...trail, name].indexOf(child)
      if (start >= 0) diagnostics.push(cycle([...trail, name].slice(start), child, source))
      else visit(child, [...trail, name])
    }
    done.add(name)
  }
  for (const name of draft.groups.keys()) visit(name, [])
  return diagnostics
}

function cycle(trail: readonly string[], child: string, source: Source | null): Diagnostic {
  const summary = `the groups go round in a circle: ${[...trail, child].join(' → ')}`
  const hint = `remove "${child}" from the children of "${trail.at(-1)}"`
  return errorDiagnostic('group-cycle', summary, { source, hint })
}

/** The finished groups. The draft has no circles and is reconciled. */
export function finishGroups(draft: Draft): Map<string, Group> {
  const depths = depthsOf(draft)
  return new Map([...draft.groups.values()].map((group) => [group.name, finishGroup(group, draft, depths)]))
}

function finishGroup(group: DraftGroup, draft: Draft, depths: ReadonlyMap<string, number>): Group {
  const parents = [...draft.groups.values()].filter((other) => other.children.has(group.name))
  const priority = group.vars.get('ansible_group_priority')?.value
  return {
    name: group.name,
    parents: parents.map((parent) => parent.name),
    children: [...group.children.keys()],
    hosts: [...group.hosts],
    depth: depths.get(group.name) ?? 0,
    priority: Number.isInteger(Number(priority)) && priority !== undefined ? Number(priority) : 1,
    vars: Object.fromEntries([...group.vars].map(([name, variable]) => [name, variable.value])),
  }
}

/** Longest ways down from `all`, by walking level after level; without circles this ends. */
function depthsOf(draft: Draft): Map<string, number> {
  const depths = new Map<string, number>()
  let level = new Set(['all'])
  for (let depth = 0; level.size > 0; depth++) {
    const next = new Set<string>()
    for (const name of level) {
      depths.set(name, depth)
      for (const child of draft.groups.get(name)?.children.keys() ?? []) next.add(child)
    }
    level = next
  }
  return depths
}

/** Ansible's order of merging: parents before children, then by priority, then by name. */
function compareGroups(a: Group, b: Group): number {
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
export function groupsOfHosts(groups: ReadonlyMap<string, Group>): Map<string, Group[]> {
  const result = new Map<string, Group[]>()
  for (const group of [...groups.values()].sort(compareGroups)) {
    for (const host of hostsBelow(groups, group.name)) result.set(host, [...(result.get(host) ?? []), group])
  }
  return result
}
