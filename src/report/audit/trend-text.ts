/** The trend of audits as text: a line for each audit, or for each control, group or host. */
import { SEVERITIES } from '../../model/audit.ts'
import { sanitize } from '../sanitize.ts'
import type { Scale } from '../spark.ts'
import { scaleOf, sparkLine } from '../spark.ts'
import type { Style } from '../style.ts'
import { paint } from '../style.ts'
import { drawTable, tableWidth } from '../table.ts'
import { count } from '../wrap.ts'
import type { Trend, TrendKey, TrendPoint, TrendRow } from './trend.ts'
import { failingOf } from './trend.ts'

/** Rows that are shown unless verbose, and at most. */
const MAX_ROWS = 30
const MOST_ROWS = 500
const SPARK_WIDTH = 40

export interface TrendView {
  style: Style
  verbose: boolean
  /** Whether more than ASCII is shown. */
  utf8: boolean
}

/** `title`: what is looked at. Ends with a line end. */
export function renderTrend(trend: Trend, key: TrendKey | null, title: string, view: TrendView): string {
  const scale = scaleOf(trend.rows.map(scores)) ?? { least: 0, most: 100 }
  const body = key === null ? renderAudits(trend, scale, view) : renderRows(trend, key, scale, view)
  const scaled = trend.rows.length === 0 ? '' : legend(scale, view)
  return `${paint(view.style, 'bold', sanitize(title))}\n${body}${scaled}`
}

const scores = ({ points }: TrendRow): (number | null)[] => points.map((point) => point?.score ?? null)

function legend({ least, most }: Scale, { utf8 }: TrendView): string {
  const [low, high] = utf8 ? ['▁', '█'] : ['0', '9']
  return least === most ? `the score is ${least} all along\n` : `score: ${low} is ${least}, ${high} is ${most}\n`
}

/** The latest last. */
function renderAudits({ audits, rows }: Trend, scale: Scale, { style, verbose, utf8 }: TrendView): string {
  const [row = { name: 'all', points: [] }] = rows
  const lines = audits.map(({ runId, startedAt }, index) => {
    const point = row.points[index] ?? null
    const numbers = SEVERITIES.map((severity) => (point === null ? '' : String(point.failing[severity])))
    return [runId, startedAt.slice(0, 16).replace('T', ' '), ...cellsOf(point), ...numbers]
  })
  const shown = lines.slice(verbose ? -MOST_ROWS : -MAX_ROWS)
  const more = lines.length - shown.length
  const head = ['run', 'began (UTC)', 'hosts', 'score', 'failing', ...SEVERITIES]
  const draw = (columns: number): string =>
    drawTable(
      head.slice(0, columns),
      shown.map((line) => line.slice(0, columns)),
      { right: [2, 3, 4, 5, 6, 7, 8] },
    )
  const whole = draw(head.length)
  // On a narrow terminal without the severities.
  const table = tableWidth(whole) <= style.width ? whole : draw(head.length - SEVERITIES.length)
  const rest = more > 0 ? `${count(more, 'earlier audit')} left out\n` : ''
  return `${rest}${table}\n${sparkLine(scores(row), scale, 2 * SPARK_WIDTH, utf8)}\n`
}

const last = ({ points }: TrendRow): TrendPoint | null => points.findLast((point) => point !== null) ?? null

/** The worst first. */
function renderRows({ rows }: Trend, key: TrendKey, scale: Scale, { verbose, utf8 }: TrendView): string {
  if (rows.length === 0) return `no ${key} is in these audits\n`
  const worst = rows.toSorted((a, b) => (last(a)?.score ?? 101) - (last(b)?.score ?? 101) || (a.name < b.name ? -1 : 1))
  const shown = worst.slice(0, verbose ? MOST_ROWS : MAX_ROWS)
  const lines = shown.map((row) => {
    const first = row.points.find((point) => point !== null) ?? null
    const then = first === null ? '' : String(failingOf(first))
    return [sanitize(row.name), ...cellsOf(last(row)), then, sparkLine(scores(row), scale, SPARK_WIDTH, utf8)]
  })
  const head = [key, 'hosts', 'score', 'failing', 'at first', 'score over time']
  const rest = worst.length > shown.length ? `and ${worst.length - shown.length} more\n` : ''
  return `${drawTable(head, lines, { right: [1, 2, 3, 4] })}\n${rest}`
}

function cellsOf(point: TrendPoint | null): string[] {
  return point === null ? ['', '', ''] : [String(point.hosts), String(point.score ?? ''), String(failingOf(point))]
}
