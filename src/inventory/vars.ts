/** The variables that templates of one host can use. */
import { dirname } from 'node:path'
import type { Host } from '../model/host.ts'
import { parseAddress } from '../text/ip.ts'
import type { Inventory } from './types.ts'
import { HostVars, OMIT, OwnVars } from '../text/template/host-vars.ts'
import { hostsBelow } from './graph.ts'

const ownVars = new OwnVars()
const hostVarsCache = new WeakMap<Inventory, HostVars>()
const groupsCache = new WeakMap<Inventory, Record<string, string[]>>()

/** The host's variables and the names Ansible adds: inventory_hostname, _short, inventory_dir, inventory_file, group_names, groups, hostvars, vars, omit. */
export function templateVars(inventory: Inventory, host: Host): Record<string, unknown> {
  return {
    ...fileVars(inventory.foundIn?.get(host.name)),
    ...host.vars,
    inventory_hostname: host.name,
    inventory_hostname_short: shortName(host.name),
    group_names: host.groups.filter((name) => name !== 'all').sort(),
    groups: allGroups(inventory),
    hostvars: hostVars(inventory),
    vars: ownVars,
    omit: OMIT,
  }
}

function hostVars(inventory: Inventory): HostVars {
  const known = hostVarsCache.get(inventory)
  if (known !== undefined) return known
  const made = new HostVars([...inventory.hosts.keys()], (name) => templateVars(inventory, inventory.hosts.get(name)!))
  hostVarsCache.set(inventory, made)
  return made
}

/** What Ansible says about the file that a host comes from. */
export function fileVars(file: string | undefined): Record<string, string> {
  return file === undefined ? {} : { inventory_file: file, inventory_dir: dirname(file) }
}

/** A name up to its first dot; an address whole. */
export function shortName(name: string): string {
  const isAddress = /^\d+\.|:/.test(name) && parseAddress(name) !== null
  return isAddress ? name : (name.split('.')[0] ?? name)
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
