/** Variable precedence: which of all the values that are written for a host's variable counts. */
import type { Variables } from './draft.ts'
import type { Group } from './types.ts'

/** Variables of one kind of directory (group_vars or host_vars), by name of group or host, one map per directory. */
export type VarsLayer = readonly ReadonlyMap<string, Variables>[]

export interface Layers {
  /** From the inventory files. */
  groupVars: ReadonlyMap<string, Variables>
  hostVars: ReadonlyMap<string, Variables>
  /** From group_vars/ and host_vars/ beside the inventories, in the order of -i. */
  inventoryGroups: VarsLayer
  inventoryHosts: VarsLayer
  /** The same beside the playbooks. */
  playbookGroups: VarsLayer
  playbookHosts: VarsLayer
}

/**
 * Merges all variables of one host, weakest first, in Ansible's documented order: group vars of inventory files (`all`,
 * then parents before children), group_vars/all beside inventory then playbook, other group_vars beside inventory then
 * playbook, host vars of inventory files, host_vars beside inventory then playbook. A value replaces the one before;
 * mappings are not merged. `groups` are the host's groups, `all` among them, in the order of merging.
 */
export function mergeHostVars(host: string, groups: readonly Group[], layers: Layers): Variables {
  const others = groups.filter((group) => group.name !== 'all').map((group) => group.name)
  const merged: Variables = new Map()
  for (const name of ['all', ...others]) add(merged, layers.groupVars.get(name))
  // It orders groups and is a variable of none.
  merged.delete('ansible_group_priority')
  addAll(merged, layers.inventoryGroups, ['all'])
  addAll(merged, layers.playbookGroups, ['all'])
  addAll(merged, layers.inventoryGroups, others)
  addAll(merged, layers.playbookGroups, others)
  add(merged, layers.hostVars.get(host))
  addAll(merged, layers.inventoryHosts, [host])
  addAll(merged, layers.playbookHosts, [host])
  return merged
}

/** The variables of one group alone, from inventory files and the files beside them. */
export function mergeGroupVars(group: string, layers: Layers): Variables {
  const merged: Variables = new Map(layers.groupVars.get(group))
  addAll(merged, layers.inventoryGroups, [group])
  return merged
}

/** Directory by directory, so that a later inventory's files win over an earlier one's whatever the group. */
function addAll(into: Variables, layer: VarsLayer, names: readonly string[]): void {
  for (const directory of layer) for (const name of names) add(into, directory.get(name))
}

function add(into: Variables, vars: Variables | undefined): void {
  for (const [name, variable] of vars ?? []) into.set(name, variable)
}
