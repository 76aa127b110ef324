/** What expressions of constructed inventories can name: the variables that the sources read so far give to a host. */
import type { VarsOf } from './constructed.ts'
import type { Draft, DraftGroup, Variables } from './draft.ts'
import type { VarsLayer } from './merge.ts'
import { byMergeOrder, priorityOf } from './graph.ts'
import { parentsFirst } from './group-walk.ts'
import { fileVars, shortName } from './vars.ts'

/** Variables of files beside the inventories; none unless asked for. */
export interface FileVars {
  groups: VarsLayer
  hosts: VarsLayer
}

/**
 * Variables of groups, then of the host (inventory_dir and inventory_file among them), then inventory_hostname,
 * inventory_hostname_short and group_names. As in Ansible, groups that no file put below `all` are not below it yet.
 */
export function draftVarsOf(draft: Draft, files: FileVars): VarsOf {
  const groupsOf = new Map<string, string[]>()
  for (const group of draft.groups.values()) {
    for (const host of group.hosts) {
      const known = groupsOf.get(host)
      if (known === undefined) groupsOf.set(host, [group.name])
      else known.push(group.name)
    }
  }
  // Groups and parents that are made meanwhile count too.
  let edges = countEdges(draft)
  let above = newTree(draft)
  return (host) => {
    const now = countEdges(draft)
    if (now !== edges) above = newTree(draft)
    edges = now
    const groups = above(groupsOf.get(host) ?? [])
    const vars: Record<string, unknown> = {}
    for (const group of groups) assign(vars, group.vars)
    delete vars['ansible_group_priority']
    for (const layer of files.groups) for (const group of groups) assign(vars, layer.get(group.name))
    Object.assign(vars, fileVars(draft.foundIn.get(host)))
    assign(vars, draft.hosts.get(host))
    for (const layer of files.hosts) assign(vars, layer.get(host))
    const names = groups.map((group) => group.name).filter((name) => name !== 'all')
    vars['inventory_hostname'] = host
    vars['inventory_hostname_short'] = shortName(host)
    vars['group_names'] = names.sort()
    return vars
  }
}

function assign(into: Record<string, unknown>, vars: Variables | undefined): void {
  for (const [name, variable] of vars ?? []) into[name] = variable.value
}

function countEdges(draft: Draft): number {
  let edges = draft.groups.size
  for (const group of draft.groups.values()) edges += group.children.size
  return edges
}

/** The groups of these names and all above them, each once, in the order of merging. */
function newTree(draft: Draft): (names: readonly string[]) => DraftGroup[] {
  const parents = new Map<string, string[]>()
  for (const { name, children } of draft.groups.values()) {
    for (const child of children.keys()) parents.set(child, [...(parents.get(child) ?? []), name])
  }
  // Where groups go round in a circle this ends too; the circle is reported elsewhere.
  const depths = new Map<string, number>()
  for (const name of parentsFirst(draft)) {
    for (const child of draft.groups.get(name)?.children.keys() ?? [])
      depths.set(child, Math.max(depths.get(child) ?? 0, (depths.get(name) ?? 0) + 1))
  }
  const sets = new Map<string, DraftGroup[]>()
  return (names) => {
    const key = names.join('\0')
    const known = sets.get(key)
    if (known !== undefined) return known
    // A Set visits what is added while it is walked.
    const all = new Set(names)
    for (const name of all) for (const parent of parents.get(name) ?? []) all.add(parent)
    const groups = [...all].flatMap((name) => draft.groups.get(name) ?? [])
    const sorted = groups
      .map((group) => ({
        group,
        name: group.name,
        depth: depths.get(group.name) ?? 0,
        priority: priorityOf(group) ?? 1,
      }))
      .sort(byMergeOrder)
      .map(({ group }) => group)
    sets.set(key, sorted)
    return sorted
  }
}
