/** The variables that templates of one host can use. */
import type { Host } from '../model/host.ts'
import type { Inventory } from './types.ts'
import { hostsBelow } from './graph.ts'

const groupsCache = new WeakMap<Inventory, Record<string, string[]>>()

/** The host's variables and the names Ansible adds: inventory_hostname, inventory_hostname_short, group_names, groups. */
export function templateVars(inventory: Inventory, host: Host): Record<string, unknown> {
  return {
    ...host.vars,
    inventory_hostname: host.name,
    inventory_hostname_short: host.name.split('.')[0] ?? host.name,
    group_names: host.groups.filter((name) => name !== 'all').sort(),
    groups: allGroups(inventory),
  }
}

function allGroups(inventory: Inventory): Record<string, string[]> {
  const known = groupsCache.get(inventory)
  if (known !== undefined) return known
  const groups = Object.fromEntries(
    [...inventory.groups.keys()].map((name) => [name, hostsBelow(inventory.groups, name)]),
  )
  groupsCache.set(inventory, groups)
  return groups
}
