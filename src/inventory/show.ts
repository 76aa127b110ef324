/** An inventory as `ansible-inventory` shows it. Pure; secrets read `[secret]`. */
import type { Host } from '../model/host.ts'
import { plainValue } from '../model/plain.ts'
import type { Inventory } from './types.ts'

/** Variables that Ansible sets by itself and leaves out here (INTERNAL_VARS of its cli/inventory.py). */
const INTERNAL = new Set([
  'ansible_diff_mode',
  'ansible_config_file',
  'ansible_facts',
  'ansible_forks',
  'ansible_inventory_sources',
  'ansible_limit',
  'ansible_playbook_python',
  'ansible_run_tags',
  'ansible_skip_tags',
  'ansible_verbosity',
  'ansible_version',
  'inventory_dir',
  'inventory_file',
  'inventory_hostname',
  'inventory_hostname_short',
  'groups',
  'group_names',
  'omit',
  'playbook_dir',
])

/** A host's variables as `--host` shows them, sorted by name. */
export function hostVars(host: Host): Record<string, unknown> {
  const shown = Object.entries(host.vars).filter(([name]) => !INTERNAL.has(name))
  return sorted(plainValue(Object.fromEntries(shown))) as Record<string, unknown>
}

/** What `ansible-inventory --list` prints: groups with hosts and children, and `_meta.hostvars`. Keys are sorted. */
export function listInventory(inventory: Inventory, hosts: readonly Host[]): Record<string, unknown> {
  const names = new Set(hosts.map((host) => host.name))
  const list = new Map<string, unknown>()
  for (const group of inventory.groups.values()) {
    const own = group.name === 'all' ? [] : group.hosts.filter((name) => names.has(name))
    const { children } = group
    if (own.length + children.length === 0) continue
    list.set(group.name, {
      ...(children.length > 0 ? { children } : {}),
      ...(own.length > 0 ? { hosts: own } : {}),
    })
  }
  const vars = hosts.map((host): [string, Record<string, unknown>] => [host.name, hostVars(host)])
  const hostvars = Object.fromEntries(
    vars.filter(([, own]) => Object.keys(own).length > 0).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
  return { _meta: { hostvars }, ...Object.fromEntries([...list].toSorted(([a], [b]) => (a < b ? -1 : 1))) }
}

/** What `ansible-inventory --graph` prints, line by line: groups from `start` down, with the hosts in them. */
export function graphInventory(inventory: Inventory, start: string, hosts: readonly Host[]): string[] {
  const names = new Set(hosts.map((host) => host.name))
  const walk = (name: string, depth: number): string[] => {
    const group = inventory.groups.get(name)
    if (group === undefined) return []
    const own = name === 'all' ? [] : group.hosts.filter((host) => names.has(host))
    return [
      branch(`@${name}:`, depth),
      ...group.children.flatMap((child) => walk(child, depth + 1)),
      ...own.map((host) => branch(host, depth + 1)),
    ]
  }
  return walk(start, 0)
}

function branch(text: string, depth: number): string {
  return depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]))
}
