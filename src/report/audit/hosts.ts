/** One line for each host of an audit: how many controls of each severity fail, and how many passed. */
import type { AuditHost, AuditReport } from '../../model/audit.ts'
import { SEVERITIES } from '../../model/audit.ts'
import { sanitize } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { drawTable, tableWidth } from '../table.ts'
import { count } from '../wrap.ts'
import { severitiesOf } from '../../model/audit-score.ts'

/** Rows that are shown unless verbose, and at most. */
const MAX_ROWS = 30
const MOST_ROWS = 500

export interface HostRow {
  host: AuditHost
  /** Failing controls, by severity. */
  failing: readonly number[]
  /** What became of the others. */
  other: string
}

/** Worst hosts first. */
export function hostRows(report: AuditReport): HostRow[] {
  const severityOf = severitiesOf(report)
  const rows = report.hosts.map((host) => {
    const failing = SEVERITIES.map(
      (severity) => host.results.filter((one) => one.failing && severityOf.get(one.control) === severity).length,
    )
    return { host, failing, other: others(host) }
  })
  return rows.toSorted((a, b) => compare(b.failing, a.failing))
}

/** Where the table is too wide for the terminal, lines. */
export function hostTable(report: AuditReport, style: Style, verbose: boolean): string {
  const worst = hostRows(report)
  const shown = worst.slice(0, verbose ? MOST_ROWS : MAX_ROWS)
  const cells = shown.map(({ host, failing, other }) => [
    sanitize(host.name),
    ...(host.status === 'ok' ? failing.map(String) : failing.map(() => '')),
    host.status === 'ok' ? other : sanitize(host.error?.summary ?? host.status),
  ])
  const table = drawTable(['HOST', ...SEVERITIES.map((name) => name.toUpperCase()), ''], cells, { right: [1, 2, 3, 4] })
  const rest = worst.length > shown.length ? `and ${count(worst.length - shown.length, 'more host')}\n` : ''
  if (tableWidth(table) <= style.width) return `${table}\n${rest}`
  const lines = cells.map(([name = '', ...more]) => `${name}: ${more.filter((cell) => cell !== '').join(' ')}\n`)
  return `${lines.join('')}${rest}`
}

function others({ results }: AuditHost): string {
  const of = (status: string): number => results.filter((one) => one.status === status).length
  const said = [
    `${of('pass')} passed`,
    ...(of('waived') === 0 ? [] : [`${of('waived')} waived`]),
    ...(of('not-tested') === 0 ? [] : [`${of('not-tested')} not tested`]),
    ...(of('not-applicable') === 0 ? [] : [`${of('not-applicable')} n/a`]),
  ]
  return said.join(', ')
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) if (value !== b[index]) return value - b[index]!
  return 0
}
