/**
 * A table of any length of which only the rows in sight are elements. Walked by keys as an ARIA grid: one cell takes part in
 * the tab order, arrows, Home, End, Page Up and Down move it, Enter opens or sorts.
 */
import type { GridContent } from '../grid-cells.ts'
import { headTree, rowTree } from '../grid-cells.ts'
import type { Place } from '../keys.ts'
import { nextPlace } from '../keys.ts'
import { h } from '../tree.ts'
import { build } from './dom.ts'

/** Pixels, as in style.css. */
const ROW = 28
/** Rows that are kept ready above and below. */
const AHEAD = 6

export interface Grid {
  element: HTMLElement
  show: (content: GridContent) => void
  scrollTo: (row: number) => void
  /** First row in sight, and the one after the last. */
  inSight: () => [number, number]
  onScroll: (call: (first: number, last: number) => void) => void
}

export function createGrid(label: string, onSort: (key: string) => void, onOpen: (row: number) => void): Grid {
  const element = build(h('div', { class: 'grid' }))
  const table = build(h('table', { role: 'grid', 'aria-label': label })) as HTMLTableElement
  const head = build(h('thead', {}))
  const body = build(h('tbody', {})) as HTMLTableSectionElement
  const scrolled: ((first: number, last: number) => void)[] = []
  table.append(head, body)
  element.append(table)
  let content: GridContent = {
    columns: [],
    rows: 0,
    cell: () => ({ text: '', kind: '' }),
    order: { key: '', ascending: true },
  }
  /** Row -1 is the head. */
  let active: Place = { row: 0, column: 0 }

  const inSight = (): [number, number] => {
    const first = Math.floor(element.scrollTop / ROW)
    const height = element.clientHeight - head.offsetHeight
    return [first, Math.min(content.rows, first + Math.max(1, Math.ceil(height / ROW)))]
  }

  const draw = (): void => {
    const [first, last] = inSight()
    const [from, to] = [Math.max(0, first - AHEAD), Math.min(content.rows, last + AHEAD)]
    const held = table.contains(document.activeElement) && active.row >= 0
    const rows = Array.from({ length: to - from }, (_, index) => build(rowTree(content, from + index, active)))
    body.replaceChildren(spacer(from), ...rows, spacer(content.rows - to))
    // Where the cell of the tab order was scrolled away, the box stands for it, and takes its keys and its focus.
    element.tabIndex = cellAt(active) === null ? 0 : -1
    if (held) (cellAt(active) ?? element).focus({ preventScroll: true })
    for (const call of scrolled) call(first, last)
  }

  const cellAt = ({ row, column }: Place): HTMLElement | null => {
    if (row === -1) return head.querySelectorAll('button')[column] ?? null
    return (
      (body.querySelector<HTMLElement>(`tr[data-row="${row}"]`)?.children[column] as HTMLElement | undefined) ?? null
    )
  }

  const go = (to: Place): void => {
    cellAt(active)?.setAttribute('tabindex', '-1')
    active = to
    if (to.row >= 0) {
      const [first, last] = inSight()
      // The last one is cut by the edge.
      const seen = Math.max(1, last - first - 1)
      if (to.row < first) element.scrollTop = to.row * ROW
      else if (to.row >= first + seen) element.scrollTop = (to.row - seen + 1) * ROW
    }
    draw()
    const cell = cellAt(active)
    cell?.setAttribute('tabindex', '0')
    cell?.focus({ preventScroll: true })
    intoSight(element, cell)
  }

  const press = (event: KeyboardEvent): void => {
    if (event.target !== element && !table.contains(event.target as Node)) return
    if (event.key === 'Enter' || event.key === ' ') {
      if (active.row < 0 || event.target === element) return
      event.preventDefault()
      onOpen(active.row)
      return
    }
    const page = Math.max(1, Math.floor(element.clientHeight / ROW) - 6)
    const next = nextPlace(active, event, { rows: content.rows, columns: content.columns.length, page })
    if (next === null) return
    event.preventDefault()
    go(next)
  }

  element.addEventListener('scroll', () => requestAnimationFrame(draw))
  element.addEventListener('keydown', press)
  table.addEventListener('click', (event) => {
    const place = placeOf(event.target)
    if (place === null) return
    go(place)
    if (place.row >= 0) onOpen(place.row)
    else onSort(content.columns[place.column]!.key)
  })
  return {
    element,
    show: (next) => {
      const isOther = next.columns.map(({ key }) => key).join('\n') !== content.columns.map(({ key }) => key).join('\n')
      content = next
      active = { row: Math.min(active.row, next.rows - 1), column: isOther ? 0 : active.column }
      table.setAttribute('aria-rowcount', String(next.rows + 1))
      table.setAttribute('aria-colcount', String(next.columns.length))
      const focusHead = head.contains(document.activeElement)
      head.replaceChildren(build(headTree(next, active)))
      // As high as it is to be, before what is in sight is asked for.
      body.replaceChildren(spacer(next.rows))
      draw()
      if (focusHead) cellAt(active)?.focus({ preventScroll: true })
    },
    scrollTo: (row) => {
      element.scrollTop = row * ROW
    },
    inSight,
    onScroll: (call) => {
      scrolled.push(call)
    },
  }
}

function placeOf(target: EventTarget | null): Place | null {
  const cell = (target as Element).closest<HTMLElement>('th, td')
  const column = cell?.getAttribute('aria-colindex') ?? null
  if (cell === null || column === null) return null
  const row = cell.closest('tr')?.getAttribute('data-row') ?? '-1'
  return { row: Number(row), column: Number(column) - 1 }
}

function spacer(rows: number): HTMLElement {
  const row = build(h('tr', { class: 'spacer', 'aria-hidden': 'true' }, h('td', {})))
  row.style.height = `${rows * ROW}px`
  return row
}

/** Out from below the column that stays. */
function intoSight(box: HTMLElement, cell: HTMLElement | null): void {
  const sticky = box.querySelector<HTMLElement>('th.name')
  if (cell === null || sticky === null || cell.closest('th.name') !== null) return
  const [around, at] = [box.getBoundingClientRect(), cell.getBoundingClientRect()]
  const left = around.left + sticky.offsetWidth
  if (at.left < left) box.scrollLeft -= left - at.left
  else if (at.right > around.right) box.scrollLeft += at.right - around.right + 16
}
