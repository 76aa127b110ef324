/** A small line chart of one number over time. */
import type { Tree } from './tree.ts'
import { h } from './tree.ts'

export interface ChartPoint {
  /** ISO 8601. */
  at: string
  /** null where there was nothing to count. */
  value: number | null
}

const [WIDTH, HEIGHT, EDGE] = [220, 56, 5]

/** `top`: what the chart ends at, where it is not the largest value. What it says stands in words beside it. */
export function lineChart(label: string, points: readonly ChartPoint[], top?: number): Tree {
  const times = points.map(({ at }) => Date.parse(at))
  const [first, last] = [Math.min(...times), Math.max(...times)]
  const most = top ?? Math.max(1, ...points.map(({ value }) => value ?? 0))
  const spots = points.flatMap(({ value }, index) => {
    if (value === null) return []
    const part = last === first ? 1 : (times[index]! - first) / (last - first)
    const x = EDGE + part * (WIDTH - 2 * EDGE)
    return [{ x: x.toFixed(1), y: (HEIGHT - EDGE - (value / most) * (HEIGHT - 2 * EDGE)).toFixed(1) }]
  })
  const end = spots.at(-1)
  return h(
    'svg',
    { class: 'chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label },
    h('line', { class: 'axis', x1: EDGE, y1: HEIGHT - EDGE, x2: WIDTH - EDGE, y2: HEIGHT - EDGE }),
    h('polyline', { points: spots.map(({ x, y }) => `${x},${y}`).join(' ') }),
    ...(end === undefined ? [] : [h('circle', { cx: end.x, cy: end.y, r: 3 })]),
  )
}
