/** How the fleet did in earlier audits and in this one. */
import type { AuditPoint, AuditReport } from '../../../model/audit.ts'
import { auditPoint, scoreOf, severitiesOf, WEIGHTS } from '../../../model/audit-score.ts'
import { lineChart } from '../chart.ts'
import { shownTime } from '../times.ts'
import type { Tree } from '../tree.ts'
import { dataTable, h, section } from '../tree.ts'

const [MOST_ROWS, MOST_PARTS] = [20, 8]

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
      ...partCharts('Hosts on which a control fails', controlParts(points)),
      ...partCharts('Score of each group', groupParts(points), 100),
      ...partCharts('Score of each host', hostParts(report), 100),
      h('details', {}, h('summary', {}, `The last ${rows.length} of ${points.length} audits in numbers`), table),
    ),
  ]
}

type Point = { at: string; value: number | null }
type Part = [name: string, points: Point[]]

/** The worst now first, then the worst ever. */
function controlParts(points: readonly AuditPoint[]): Part[] {
  const names = new Set(points.flatMap(({ controls }) => Object.keys(controls ?? {})))
  const values = (name: string): Part => [
    name,
    points.map(({ startedAt, controls }) => ({
      at: startedAt,
      value: controls === undefined ? null : (controls[name] ?? 0),
    })),
  ]
  return Array.from(names, values).toSorted(([, a], [, b]) => latest(b, 0) - latest(a, 0) || most(b) - most(a))
}

/** Groups of now, the worst first. */
function groupParts(points: readonly AuditPoint[]): Part[] {
  const values = (name: string): Part => [
    name,
    points.map(({ startedAt, groups }) => ({ at: startedAt, value: groups?.[name] ?? null })),
  ]
  const parts = Object.keys(points.at(-1)?.groups ?? {}).map(values)
  return parts.toSorted(([, a], [, b]) => latest(a, 101) - latest(b, 101))
}

/** As in the table of hosts, which scripts show: the worst now first. */
function hostParts(report: AuditReport): Part[] {
  const severityOf = severitiesOf(report)
  const parts = report.hosts.flatMap(({ name, results }): Part[] => {
    const now = { at: report.startedAt, value: scoreOf(results, severityOf) }
    return now.value === null ? [] : [[name, [...hostPoints(report, name), now]]]
  })
  return parts.toSorted(([, a], [, b]) => latest(a, 101) - latest(b, 101))
}

/** What earlier audits say of a host. */
function hostPoints({ hostScores, trend }: Pick<AuditReport, 'hostScores' | 'trend'>, name: string): Point[] {
  const scores = Object.hasOwn(hostScores, name) ? hostScores[name]! : []
  const audits = trend.slice(trend.length - scores.length)
  return scores.map((value, index) => ({ at: audits[index]?.startedAt ?? '', value }))
}

/** Of one host, to be shown beside all else about it: a chart, and the same in numbers. Nothing without earlier audits. */
export function hostTrend(
  past: Pick<AuditReport, 'hostScores' | 'trend'>,
  name: string,
  now: { at: string; value: number | null },
): Tree[] {
  const points = [...hostPoints(past, name), now].filter(({ value }) => value !== null)
  if (points.length < 2) return []
  const rows = points.toReversed().map(({ at, value }) => [shownTime(at), String(value)])
  const numbers = h(
    'details',
    {},
    h('summary', {}, `The last ${rows.length} audits in numbers`),
    dataTable(`Scores of ${name}`, ['audit', 'score'], rows),
  )
  return [h('ul', { class: 'charts' }, chart('score', points, 100)), numbers]
}

const latest = (points: readonly Point[], none: number): number => points.at(-1)?.value ?? none
const most = (points: readonly Point[]): number => Math.max(...points.map(({ value }) => value ?? 0))

/** Of what has a past, from where that begins. */
function partCharts(title: string, parts: readonly Part[], top?: number): Tree[] {
  const known = parts.map(([name, points]): Part => [name, points.filter(({ value }) => value !== null)])
  const shown = known.filter(([, points]) => points.length > 1)
  if (shown.length === 0) return []
  const left = shown.length - MOST_PARTS
  return [
    h('h3', {}, title),
    h('ul', { class: 'charts' }, ...shown.slice(0, MOST_PARTS).map(([name, points]) => chart(name, points, top))),
    ...(left > 0 ? [h('p', { class: 'more' }, `and ${left} more: runs trend --by shows all`)] : []),
  ]
}

function chart(name: string, points: readonly Point[], top?: number): Tree {
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
