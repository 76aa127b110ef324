/** An audit as metrics for Prometheus' textfile collector. The number of series grows with hosts and with controls, not with both. */
import type { AuditReport, ControlStatus } from '../../model/audit.ts'
import { CONTROL_STATUSES } from '../../model/audit.ts'
import { sanitizeTags } from '../sanitize.ts'
import { fleetScore, scoreOf, severitiesOf } from '../../model/audit-score.ts'

type Sample = [labels: Readonly<Record<string, string>>, value: number]

export function renderPrometheus(report: AuditReport): string {
  const { profile, hosts } = report
  const severityOf = severitiesOf(report)
  const scores = hosts.flatMap(({ name, results }): Sample[] => {
    const score = scoreOf(results, severityOf)
    return score === null ? [] : [[{ host: name }, score]]
  })
  const fleet = fleetScore(report)
  const read = (status: string): Sample => [{ status }, hosts.filter((host) => host.status === status).length]
  return [
    metric('info', 'What was held against the hosts.', [[{ profile: profile.name, sha256: profile.hash }, 1]]),
    metric('timestamp_seconds', 'When the last audit ended, since 1970.', [[{}, Date.parse(report.endedAt) / 1000]]),
    metric('hosts', 'Hosts by whether they could be read.', ['ok', 'unreachable', 'failed', 'not-started'].map(read)),
    metric('results', 'Hosts by control and its status.', countResults(report)),
    metric('failing', 'Hosts on which a control counts as failing.', countFailing(report)),
    metric('host_score', 'Score of a host that was read, 0 to 100, weighted by severity.', scores),
    metric('score', 'Score of all hosts that were read.', fleet === null ? [] : [[{}, fleet]]),
  ].join('')
}

/** Also those that no host has: a series that goes away would keep its last value in a graph. */
function countResults({ controls, hosts }: AuditReport): Sample[] {
  const counts = new Map(controls.map(({ id }) => [id, new Map<ControlStatus, number>()]))
  for (const { control, status } of hosts.flatMap(({ results }) => results)) {
    const count = counts.get(control)
    count?.set(status, (count.get(status) ?? 0) + 1)
  }
  return controls.flatMap(({ id, severity }) =>
    CONTROL_STATUSES.map((status): Sample => [{ control: id, severity, status }, counts.get(id)?.get(status) ?? 0]),
  )
}

function countFailing({ controls, hosts }: AuditReport): Sample[] {
  const counts = new Map(controls.map(({ id }) => [id, 0]))
  for (const { control, failing } of hosts.flatMap(({ results }) => results)) {
    if (failing) counts.set(control, (counts.get(control) ?? 0) + 1)
  }
  return controls.map(({ id, severity }) => [{ control: id, severity }, counts.get(id) ?? 0])
}

/** A gauge in the text format; nothing where it has no samples. */
function metric(name: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return ''
  const full = `mptcp_fleet_audit_${name}`
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${labelValue(text)}"`)
    return `${full}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`
  })
  return `# HELP ${full} ${help}\n# TYPE ${full} gauge\n${lines.join('')}`
}

/** Has no line ends by then. */
function labelValue(text: string): string {
  return sanitizeTags(text)
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
}
