/** All rows of the grid at once, as a picture beside it; a click goes there. The grid says the same to who cannot see it. */
import { h } from '../tree.ts'
import { build } from './dom.ts'
import type { Grid } from './grid.ts'

/** Pixels of a picture that is scaled to its place. */
const [MOST_ROWS, CELL] = [440, 3]
/** The worst of the rows that share a line is what it shows. */
const WORST = [
  'critical',
  'high',
  'medium',
  'low',
  'error',
  'unreachable',
  'not-tested',
  'waived',
  'pass',
  'not-applicable',
]

export interface Overview {
  element: HTMLElement
  show: (rows: number, columns: number) => void
}

export function createOverview(grid: Grid, kindAt: (row: number, column: number) => string): Overview {
  const element = build(h('div', { class: 'overview' }))
  const canvas = build(
    h('canvas', { role: 'img', 'aria-label': 'Overview of all hosts that the table has' }),
  ) as HTMLCanvasElement
  const frame = build(h('div', { class: 'in-sight' }))
  element.append(canvas, frame)
  let total = 0

  const draw = (columns: number): void => {
    const lines = Math.min(total, MOST_ROWS)
    canvas.width = Math.max(1, columns * CELL)
    canvas.height = Math.max(1, lines)
    const context = canvas.getContext('2d')
    if (context === null) return
    const colours = coloursOf(element)
    for (let line = 0; line < lines; line++) {
      const [from, to] = [Math.floor((line * total) / lines), Math.floor(((line + 1) * total) / lines)]
      for (let column = 0; column < columns; column++) {
        let worst = WORST.length
        for (let row = from; row < to; row++) worst = Math.min(worst, WORST.indexOf(kindAt(row, column)))
        context.fillStyle = colours[worst] ?? 'transparent'
        context.fillRect(column * CELL, line, CELL, 1)
      }
    }
  }

  element.addEventListener('click', (event) => {
    const { top, height } = element.getBoundingClientRect()
    grid.scrollTo(Math.floor(((event.clientY - top) / height) * total))
  })
  const place = (first: number, last: number): void => {
    frame.style.top = `${(100 * first) / Math.max(1, total)}%`
    frame.style.height = `${(100 * (last - first)) / Math.max(1, total)}%`
  }
  grid.onScroll(place)
  let columns = 0
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => draw(columns))
  return {
    element,
    show: (rows, wide) => {
      total = rows
      columns = wide
      draw(wide)
      place(...grid.inSight())
    },
  }
}

/** Those of the style sheet, by a probe of each kind. */
function coloursOf(parent: HTMLElement): string[] {
  return WORST.map((kind) => {
    const probe = build(h('span', { class: `mark ${kind}` }))
    parent.append(probe)
    const colour = getComputedStyle(probe).backgroundColor
    probe.remove()
    return colour
  })
}
