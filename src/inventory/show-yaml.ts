/** An inventory as `ansible-inventory --list --yaml` has it. Pure; secrets read `[secret]`. */
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'
import type { Host } from '../model/host.ts'
import { hostVars } from './show.ts'
import type { Inventory } from './types.ts'

/** A group shows wherever it is a child: groups across each other can make a tree of any size. */
const MAX_GROUPS = 100_000

/** Groups in groups, from `all` down; variables stand with a host where it comes first. Throws DiagnosticsError. */
export function yamlInventory(inventory: Inventory, hosts: readonly Host[]): Record<string, unknown> {
  const left = new Map(hosts.map((host) => [host.name, host]))
  const names = new Set(left.keys())
  let groups = 0
  const format = (name: string): Record<string, unknown> => {
    if (++groups > MAX_GROUPS) throw tooLarge()
    const group = inventory.groups.get(name)!
    const children = group.children.map((child): [string, unknown] => [child, format(child)])
    const own = name === 'all' ? [] : group.hosts.filter((host) => names.has(host))
    const values = own.map((host): [string, unknown] => {
      const first = left.get(host)
      left.delete(host)
      return [host, first === undefined ? {} : hostVars(first)]
    })
    return {
      ...(children.length > 0 ? { children: Object.fromEntries(children) } : {}),
      ...(values.length > 0 ? { hosts: Object.fromEntries(values) } : {}),
    }
  }
  return { all: format('all') }
}

function tooLarge(): DiagnosticsError {
  const summary = `the tree of groups has more than ${MAX_GROUPS} branches`
  const hint = '--output json shows each group once'
  return new DiagnosticsError([errorDiagnostic('graph-too-large', summary, { hint })])
}
