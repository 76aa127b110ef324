/** An inventory as `ansible-inventory` shows it. Pure; secrets read `[secret]`. */
import type { Host } from '../model/host.ts'
import { Secret } from '../model/secret.ts'
import { Unsafe, unmarkUnsafe } from '../model/unsafe.ts'
import { hasTemplate } from '../text/template-scan.ts'
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

/**
 * Misspelt, or of connections that are not made here: what they hold is a password all the same. Templates hold none
 * themselves; files have names that may be seen.
 */
const SECRET_NAME = /^ansible_(?!.*_file$).*(?:pas|secret|token|private_key)/i

/** A host's variables as `--host` shows them, sorted by name at all depths. */
export function hostVars(host: Host): Record<string, unknown> {
  return sorted(withoutSecrets(tagged(ownVars(host.vars)))) as Record<string, unknown>
}

/** The variables of a host or group as `--graph --vars` shows them, sorted by name. */
export function plainVars(vars: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return withoutSecrets(unmarkUnsafe(ownVars(vars))) as Record<string, unknown>
}

function ownVars(vars: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const own = Object.entries(vars).filter(([name]) => !INTERNAL.has(name))
  const shown = own.map(([name, value]): [string, unknown] => [name, isSecret(name, value) ? '[secret]' : value])
  return Object.fromEntries(shown.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function isSecret(name: string, value: unknown): boolean {
  return SECRET_NAME.test(name) && value !== null && !(value instanceof Secret) && !hasTemplate(value)
}

function withoutSecrets(value: unknown): unknown {
  if (value instanceof Secret) return '[secret]'
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecrets(item)]))
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

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]))
}

/** What has a tag in YAML, as Ansible's JSON has it: `!vault` values as they are encrypted, `!unsafe` text. */
function tagged(value: unknown): unknown {
  if (value instanceof Secret) return value.sealed === null ? value : { __ansible_vault: value.sealed }
  if (value instanceof Unsafe) return value.tagged ? { __ansible_unsafe: value.text } : value.text
  if (Array.isArray(value)) return value.map(tagged)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tagged(item)]))
}
