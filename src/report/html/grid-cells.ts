/** Rows and the head of a grid as trees: which cell takes part in the tab order, what screen readers say, how it is sorted. */
import type { Place } from './keys.ts'
import type { Tree } from './tree.ts'
import { h } from './tree.ts'

export interface GridColumn {
  key: string
  /** What it is called in full, and where that is long, what is shown. */
  label: string
  short: string
  kind: 'name' | 'number' | 'word' | 'mark'
}

export interface GridCell {
  text: string
  /** Class that colours it. */
  kind: string
  /** What a screen reader says in place of `text`. */
  label?: string
}

export interface GridContent {
  columns: readonly GridColumn[]
  rows: number
  cell: (row: number, column: number) => GridCell
  order: { key: string; ascending: boolean }
}

/** The head is row 1 of what is counted aloud. */
export function rowTree({ columns, cell }: GridContent, row: number, active: Place): Tree {
  const cells = columns.map(({ kind, label }, column) => {
    const { text, kind: colour, label: said } = cell(row, column)
    const role = column === 0 ? 'rowheader' : 'gridcell'
    const tabindex = active.row === row && active.column === column ? 0 : -1
    const attributes = { role, class: `${kind} ${colour}`, 'aria-colindex': column + 1, tabindex }
    const named = said === undefined ? { title: text } : { 'aria-label': said, title: `${label}: ${said}` }
    return h(column === 0 ? 'th' : 'td', { ...attributes, ...named }, text)
  })
  return h('tr', { 'aria-rowindex': row + 2, 'data-row': row }, ...cells)
}

export function headTree({ columns, order }: GridContent, active: Place): Tree {
  const cells = columns.map(({ key, label, short, kind }, column) => {
    const sort = order.ascending ? 'ascending' : 'descending'
    const tabindex = active.row === -1 && active.column === column ? 0 : -1
    const button = h('button', { type: 'button', 'aria-label': label, title: label, tabindex }, h('span', {}, short))
    const sorted = { 'aria-sort': order.key === key ? sort : 'none' }
    return h('th', { scope: 'col', class: kind, ...sorted, 'aria-colindex': column + 1 }, button)
  })
  return h('tr', { 'aria-rowindex': 1 }, ...cells)
}
