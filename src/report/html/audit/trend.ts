/** How the fleet did in earlier audits and in this one. */
import type { AuditReport } from '../../../model/audit.ts'
import { auditPoint, WEIGHTS } from '../../../model/audit-score.ts'
import { lineChart } from '../chart.ts'
import { shownTime } from '../times.ts'
import type { Tree } from '../tree.ts'
import { dataTable, h, section } from '../tree.ts'

const MOST_ROWS = 20

/** Nothing where this is the first one. */
export function trendSection(report: AuditReport): Tree[] {
  if (report.trend.length === 0) return []
  const points = [...report.trend, auditPoint(report)]
  const severities = Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[]
  const charts = [
    chart(
      'score',
      points.map(({ startedAt, score }) => ({ at: startedAt, value: score })),
      100,
    ),
    ...severities.map((severity) =>
      chart(
        `${severity} failing`,
        points.map(({ startedAt, failing }) => ({ at: startedAt, value: failing[severity] })),
      ),
    ),
  ]
  const rows = points
    .slice(-MOST_ROWS)
    .toReversed()
    .map(({ startedAt, hosts, score, failing }) => [
      shownTime(startedAt),
      String(hosts),
      score === null ? '–' : String(score),
      ...severities.map((severity) => String(failing[severity])),
    ])
  const table = dataTable('Last audits', ['audit', 'hosts', 'score', ...severities], rows)
  return [
    section(
      'trend',
      'Trend',
      h('ul', { class: 'charts' }, ...charts),
      h('details', {}, h('summary', {}, `The last ${rows.length} of ${points.length} audits in numbers`), table),
    ),
  ]
}

function chart(name: string, points: { at: string; value: number | null }[], top?: number): Tree {
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]))
  const [first = 0, last = 0] = [values[0], values.at(-1)]
  const change = Math.round((last - first) * 10) / 10
  const words = change === 0 ? 'as at first' : `${change > 0 ? '+' : '−'}${Math.abs(change)} since the first`
  const label = `${name}: ${last}, ${words}; ${values.length} audits, from ${Math.min(...values)} to ${Math.max(...values)}`
  const text = h(
    'p',
    {},
    h('strong', {}, values.length === 0 ? '–' : String(last)),
    ` ${name} `,
    h('span', { class: 'note' }, words),
  )
  return h('li', {}, text, lineChart(label, points, top))
}
