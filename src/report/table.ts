/** Tables with borders, and their width. Text in cells is sanitized by the caller. */
import Table from 'cli-table3'

export interface TableOptions {
  /** Columns, from 0, that hold numbers. */
  right?: readonly number[]
}

/** All rows between borders. Slow to lay out: hand in a few hundred rows at most. */
export function drawTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, index) => (options.right?.includes(index) === true ? 'right' : 'left')),
  })
  table.push(...rows.map((row) => [...row]))
  return table.toString()
}

/** Columns that a drawn table takes: its first line is all border. */
export function tableWidth(table: string): number {
  return table.indexOf('\n') === -1 ? table.length : table.indexOf('\n')
}
