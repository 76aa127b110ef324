/** Numbers of an audit by severity. */
import type { AuditReport, ControlStatus, Severity } from '../../../model/audit.ts'
import { scoreOf, severitiesOf } from '../../../model/audit-score.ts'

export interface Tally {
  severity: Severity
  controls: number
  score: number | null
  failing: number
  /** On which something of this severity fails. */
  hosts: number
  statuses: Readonly<Partial<Record<ControlStatus, number>>>
}

/** Of severities that controls have, the worst first. */
export function tallyOf(report: AuditReport): Tally[] {
  const severityOf = severitiesOf(report)
  const severities = (['critical', 'high', 'medium', 'low'] as const).filter((one) =>
    report.controls.some(({ severity }) => severity === one),
  )
  return severities.map((severity) => {
    const results = report.hosts.map((host) =>
      host.results.filter(({ control }) => severityOf.get(control) === severity),
    )
    const statuses: Partial<Record<ControlStatus, number>> = {}
    for (const { status } of results.flat()) statuses[status] = (statuses[status] ?? 0) + 1
    return {
      severity,
      controls: report.controls.filter((one) => one.severity === severity).length,
      score: scoreOf(results.flat(), severityOf),
      failing: results.flat().filter(({ failing }) => failing).length,
      hosts: results.filter((list) => list.some(({ failing }) => failing)).length,
      statuses,
    }
  })
}
