/** How good a host or a fleet is, as one number. */
import type { AuditPoint, AuditReport, ControlResult, Severity } from './audit.ts'

/**
 * What a control counts, in tenths: the impact that InSpec and Heimdall give its severity
 * (0.3 is low, 0.5 medium, 0.7 high, as in categories III to I of DISA's STIGs, 1.0 critical).
 */
export const WEIGHTS: Readonly<Record<Severity, number>> = { critical: 10, high: 7, medium: 5, low: 3 }

export type SeverityOf = ReadonlyMap<string, Severity>

/** Severities by control. */
export function severitiesOf({ controls }: Pick<AuditReport, 'controls'>): SeverityOf {
  return new Map(controls.map(({ id, severity }) => [id, severity]))
}

/**
 * 100 × weight of what passes ÷ (weight of what passes + weight of what is failing), rounded down to one decimal, so that
 * 100 means that nothing fails. Failing is what counts as that: fail, error, and not-tested where the profile requires it.
 * Waived, not applicable, not tested and unreachable count on neither side; null where nothing else is left.
 * Of a host: over its results. Of a fleet: over the results of all its hosts.
 */
export function scoreOf(
  results: Iterable<Pick<ControlResult, 'control' | 'status' | 'failing'>>,
  severityOf: SeverityOf,
): number | null {
  let [passed, failing] = [0, 0]
  for (const { control, status, failing: isFailing } of results) {
    const weight = WEIGHTS[severityOf.get(control) ?? 'low']
    if (isFailing) failing += weight
    else if (status === 'pass') passed += weight
  }
  return scoreOfWeights(passed, failing)
}

/** The same of sums. */
export function scoreOfWeights(passed: number, failing: number): number | null {
  const counted = passed + failing
  return counted === 0 ? null : Math.floor((1000 * passed) / counted) / 10
}

/** All results of a report. */
export function fleetScore(report: AuditReport): number | null {
  return scoreOf(
    report.hosts.flatMap(({ results }) => results),
    severitiesOf(report),
  )
}

/** What a chart of the fleet over time shows of one audit. */
export function auditPoint(report: AuditReport): AuditPoint {
  const severityOf = severitiesOf(report)
  const failing = { critical: 0, high: 0, medium: 0, low: 0 }
  for (const { results } of report.hosts) {
    for (const { control, failing: isFailing } of results) {
      if (isFailing) failing[severityOf.get(control) ?? 'low'] += 1
    }
  }
  const { runId, startedAt, hosts } = report
  const points = { controls: failingByControl(report), groups: scoreByGroup(report) }
  return { runId, startedAt, hosts: hosts.length, score: fleetScore(report), failing, ...points }
}

function failingByControl({ hosts }: AuditReport): Record<string, number> {
  const failing = new Map<string, number>()
  for (const { results } of hosts) {
    for (const { control, failing: isFailing } of results) {
      if (isFailing) failing.set(control, (failing.get(control) ?? 0) + 1)
    }
  }
  return Object.fromEntries(failing)
}

function scoreByGroup(report: AuditReport): Record<string, number | null> {
  const severityOf = severitiesOf(report)
  const results = new Map<string, ControlResult[][]>()
  for (const host of report.hosts) {
    for (const group of host.groups) {
      const lists = results.get(group) ?? []
      lists.push(host.results)
      results.set(group, lists)
    }
  }
  return Object.fromEntries(Array.from(results, ([group, lists]) => [group, scoreOf(lists.flat(), severityOf)]))
}
