/** An inventory as the tree that `ansible-inventory --graph` prints. Pure; secrets read `[secret]`. */
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'
import type { Host } from '../model/host.ts'
import { pythonText } from '../text/template/python.ts'
import { plainVars } from './show.ts'
import type { Group, Inventory } from './types.ts'

/** A group shows wherever it is a child: groups across each other can make a tree of any size. */
const MAX_LINES = 500_000

interface Options {
  /** The group at the top. */
  start: string
  hosts: readonly Host[]
  /** Whether variables are shown, below the host or group that has them. */
  vars: boolean
}

/** Line by line: groups from `start` down, with the hosts in them. Throws DiagnosticsError where it would never end. */
export function graphInventory(inventory: Inventory, { start, hosts, vars }: Options): string[] {
  const shown = new Set(hosts.map((host) => host.name))
  const lines: string[] = []
  const put = (text: string, depth: number): void => {
    if (lines.length >= MAX_LINES) throw tooLarge()
    lines.push(depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`)
  }
  const putVars = (values: Readonly<Record<string, unknown>>, depth: number): void => {
    for (const [name, value] of Object.entries(values)) put(`{${name} = ${pythonText(value)}}`, depth)
  }
  const walk = (group: Group, depth: number): void => {
    put(`@${group.name}:`, depth)
    for (const child of group.children) walk(inventory.groups.get(child)!, depth + 1)
    for (const name of group.name === 'all' ? [] : group.hosts) {
      const host = inventory.hosts.get(name)
      if (host === undefined || !shown.has(name)) continue
      put(name, depth + 1)
      if (vars) putVars(plainVars(host.vars), depth + 2)
    }
    if (vars) putVars(groupVars(inventory, group), depth + 1)
  }
  const top = inventory.groups.get(start)
  if (top !== undefined) walk(top, 0)
  return lines
}

/** Its priority only where it says something. */
function groupVars(inventory: Inventory, group: Group): Record<string, unknown> {
  const { ansible_group_priority: _, ...vars } = inventory.groupVars(group.name)
  return plainVars(group.priority === 1 ? vars : { ...vars, ansible_group_priority: group.priority })
}

function tooLarge(): DiagnosticsError {
  const summary = `the tree of groups has more than ${MAX_LINES} lines`
  const hint = 'give the name of a group further down; inventory list shows each group once'
  return new DiagnosticsError([errorDiagnostic('graph-too-large', summary, { hint })])
}
