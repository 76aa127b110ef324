/** Hosts of an inventory as text, and what a check found. */
import type { Diagnostic } from '../model/diagnostic.ts'
import { renderDiagnostics } from './diagnostics.ts'
import { sanitize } from './sanitize.ts'
import type { Style } from './style.ts'
import { drawTable, tableWidth } from './table.ts'
import { count } from './wrap.ts'

export interface ListedHost {
  name: string
  /** Where it is reached. */
  address: string
  /** Names of its groups, without `all`. */
  groups: readonly string[]
}

/** A table takes seconds for thousands of rows; more hosts than this come as lines. */
const MAX_TABLE = 200

/** One row or line a host. Ends with a line end. */
export function renderHostList(hosts: readonly ListedHost[], style: Style): string {
  const rows = hosts.map(({ name, address, groups }) => [
    sanitize(name),
    sanitize(address),
    sanitize(groups.join(', ')),
  ])
  const last = count(hosts.length, 'host')
  const table = rows.length > MAX_TABLE ? null : drawTable(['host', 'address', 'groups'], rows)
  if (table !== null && tableWidth(table) <= style.width) return `${table}\n${last}\n`
  return `${rows.map((row) => row.join('  ').trimEnd()).join('\n')}\n${last}\n`
}

/** The findings, and a last line that counts them. Ends with a line end. */
export function renderInventoryCheck(
  counts: { hosts: number; groups: number } | null,
  diagnostics: readonly Diagnostic[],
  style: Style,
): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length
  const warnings = diagnostics.length - errors
  const found = diagnostics.length === 0 ? 'nothing to say' : `${count(errors, 'error')}, ${count(warnings, 'warning')}`
  const what =
    counts === null ? 'cannot be read' : `${count(counts.hosts, 'host')} and ${count(counts.groups, 'group')}`
  return `${renderDiagnostics(diagnostics, style)}${what}: ${found}\n`
}
