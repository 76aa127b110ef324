/** What became of controls from one audit to the next, and since when they fail. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { AuditReport, Severity } from '../../model/audit.ts'
import type { AuditMatrix } from '../../model/audit-columns.ts'
import { isFailing, statusAt } from '../../model/audit-status.ts'

export interface Finding {
  host: string
  control: string
  severity: Severity
  reason: string
}

/** A fact that was read in both audits, and is other now. */
export interface Drift {
  host: string
  fact: string
  before: unknown
  after: unknown
  /** When it was last seen as before, ISO 8601. */
  lastSeen: string
}

export interface SinceReport {
  /** When the earlier audit began. */
  earlier: string
  newlyFailing: Finding[]
  fixed: Finding[]
  /** Failing then and now, with when the first audit of the unbroken row began. */
  stillFailing: (Finding & { since: string })[]
  drifted: Drift[]
}

/** `history`: audits between, the oldest first; those of `now` and `earlier` may be among them. */
export function auditSince(earlier: AuditReport, now: AuditReport, history: readonly AuditMatrix[]): SinceReport {
  const report: SinceReport = {
    earlier: earlier.startedAt,
    newlyFailing: [],
    fixed: [],
    stillFailing: [],
    drifted: [],
  }
  const before = new Map(earlier.hosts.map((host) => [host.name, host.results]))
  const severities = new Map([...earlier.controls, ...now.controls].map(({ id, severity }) => [id, severity]))
  const rows = indexed(history)
  for (const { name, results } of now.hosts) {
    const then = before.get(name)
    for (const { control, failing, status, reason } of results) {
      const finding = { host: name, control, severity: severities.get(control)!, reason }
      const had = then?.find((one) => one.control === control)
      if (failing && had?.failing === true) {
        report.stillFailing.push({ ...finding, since: failingSince(rows, name, control) ?? earlier.startedAt })
      } else if (failing) report.newlyFailing.push(finding)
      // One that was not read may fail as it did.
      else if (had?.failing === true && status !== 'unreachable') {
        report.fixed.push({ ...finding, reason: had.reason })
      }
    }
    report.drifted.push(...drifts(name, then ?? [], results, earlier.startedAt))
  }
  return report
}

function drifts(
  host: string,
  then: AuditReport['hosts'][number]['results'],
  results: AuditReport['hosts'][number]['results'],
  lastSeen: string,
): Drift[] {
  const before = new Map(then.flatMap(({ evidence }) => evidence.map(({ fact, value }) => [fact, value] as const)))
  const seen = new Set<string>()
  return results
    .flatMap(({ evidence }) => evidence)
    .flatMap(({ kind, fact, value }): Drift[] => {
      // What is counted grows by itself.
      if (kind === 'traffic' || seen.has(fact) || !before.has(fact)) return []
      seen.add(fact)
      const old = before.get(fact)
      return isDeepStrictEqual(old, value) ? [] : [{ host, fact, before: old, after: value, lastSeen }]
    })
}

interface Indexed {
  startedAt: string
  hosts: Map<string, string>
  controls: Map<string, { index: number; required: boolean }>
}

function indexed(history: readonly AuditMatrix[]): Indexed[] {
  return history.map(({ startedAt, hosts, rows, controls }) => ({
    startedAt,
    hosts: new Map(hosts.map(({ name }, index) => [name, rows[index] ?? ''])),
    controls: new Map(controls.map(({ id, required }, index) => [id, { index, required }])),
  }))
}

/** When the first audit of the unbroken row of failing ones began; audits that did not look at it are passed over. */
function failingSince(history: readonly Indexed[], host: string, control: string): string | null {
  let since: string | null = null
  for (const { startedAt, hosts, controls } of history.toReversed()) {
    const [row, place] = [hosts.get(host), controls.get(control)]
    if (row === undefined || place === undefined) continue
    const status = statusAt(row, place.index)
    if (status === 'unreachable') continue
    if (!isFailing(status, place.required)) return since
    since = startedAt
  }
  return since
}

/** How many hosts failed a control in each audit, the oldest first. */
export function trendOf(
  history: readonly AuditMatrix[],
  control: string,
): { at: string; failing: number; of: number }[] {
  return history.flatMap(({ startedAt, controls, rows }) => {
    const index = controls.findIndex(({ id }) => id === control)
    if (index < 0) return []
    const required = controls[index]!.required
    const statuses = rows.map((row) => statusAt(row, index)).filter((status) => status !== 'unreachable')
    const failing = statuses.filter((status) => isFailing(status, required)).length
    return [{ at: startedAt, failing, of: statuses.length }]
  })
}
