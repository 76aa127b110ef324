/** What `inventory check` finds in an inventory that can be read: hosts and groups left over, names that look misspelt. Pure. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import type { Host } from '../model/host.ts'
import { closest } from '../text/closest.ts'
import { READ_NAMES } from './connection-names.ts'
import { hostsBelow } from './graph.ts'
import type { Inventory } from './types.ts'

/** Names in one message. */
const SHOWN = 10

/** Warnings about these hosts of an inventory, and about its groups. */
export function checkInventory(inventory: Inventory, hosts: readonly Host[]): Diagnostic[] {
  return [...unusedGroups(inventory), ...ungrouped(inventory, hosts), ...misspelt(inventory, hosts)]
}

function unusedGroups(inventory: Inventory): Diagnostic[] {
  const names = [...inventory.groups.keys()].filter((name) => name !== 'all' && name !== 'ungrouped')
  const unused = names.filter((name) => hostsBelow(inventory.groups, name).length === 0)
  return unused.map((name) => warning('unused-group', `group "${name}" has no hosts`, 'give it some, or remove it'))
}

function ungrouped(inventory: Inventory, hosts: readonly Host[]): Diagnostic[] {
  const alone = new Set(inventory.groups.get('ungrouped')?.hosts)
  const names = hosts.map((host) => host.name).filter((name) => alone.has(name))
  if (names.length === 0 || names.length === inventory.hosts.size) return []
  const shown = names.length > SHOWN ? [...names.slice(0, SHOWN), '…'] : names
  const summary = `${names.length === 1 ? '1 host is' : `${names.length} hosts are`} in no group: ${shown.join(', ')}`
  return [warning('ungrouped-host', summary, 'what is said of groups does not hold for them')]
}

/** Variables that say nothing to anybody, and whose names are almost those of connection variables; each place once. */
function misspelt(inventory: Inventory, hosts: readonly Host[]): Diagnostic[] {
  const found = new Map<string, Diagnostic>()
  const meanings = new Map<string, string | null>()
  for (const host of hosts) {
    for (const name of Object.keys(host.vars)) {
      if (!meanings.has(name)) meanings.set(name, meaningOf(name))
      const meant = meanings.get(name) ?? null
      if (meant === null) continue
      const source = inventory.originOf(host.name, name)
      const summary = `${name}: this is no connection variable, did you mean "${meant}"?`
      const hint = 'rename it; under this name it changes nothing about connections'
      const place = source === null ? '' : `${source.file}:${source.line}:${source.column}`
      found.set(`${name} ${place}`, warning('misspelt-variable', summary, hint, source))
    }
  }
  return [...found.values()]
}

/** Names with `ansible_` before them are looked at where connections are made, each an error if nobody knows it. */
function meaningOf(name: string): string | null {
  if (name.startsWith('ansible_') || READ_NAMES.includes(name)) return null
  const [, first = ''] = /^([a-z]+)[_-]/i.exec(name) ?? []
  return closest(first, ['ansible']) === null && !name.startsWith('mptcp_fleet') ? null : closest(name, READ_NAMES)
}

function warning(code: string, summary: string, hint: string, source: Source | null = null): Diagnostic {
  return { ...errorDiagnostic(code, summary, { hint, source }), severity: 'warning' }
}
