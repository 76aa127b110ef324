/** Hosts of an inventory as text. */
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
