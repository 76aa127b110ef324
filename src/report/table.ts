/** Tables with borders, and their width. Text in cells is sanitized by the caller. */
import Table from 'cli-table3'
import { cutDisplay } from './width.ts'

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
  table.push(...rows.map((row) => row.map(cut)))
  return table.toString()
}

/** What a host names itself, or a program, can be of any length, and the library's time grows with its square. */
const MOST_COLUMNS = 100
const MOST_LINES = 60

function cut(cell: string): string {
  const lines = cell.split('\n')
  const shown = lines.slice(0, MOST_LINES).map((line) => {
    const start = cutDisplay(line, MOST_COLUMNS)
    return start === line ? line : `${start}…`
  })
  return (lines.length > MOST_LINES ? [...shown, '…'] : shown).join('\n')
}

/** Columns that a drawn table takes: its first line is all border. */
export function tableWidth(table: string): number {
  return table.indexOf('\n') === -1 ? table.length : table.indexOf('\n')
}
