/** Parts of an audit as one line of text each, which formats share. Sanitized. */
import type { AuditReport, ControlResult, ControlStatus, Evidence, Severity } from '../../model/audit.ts'
import { SEVERITIES } from '../../model/audit.ts'
import { sanitize, sanitizeJson } from '../sanitize.ts'
import { shorten } from '../../text/shorten.ts'
import { count } from '../wrap.ts'

/** Cells of spreadsheets hold 32,767 characters. JSON and HTML have all of it. */
const LONGEST_VALUE = 2000

/** `persistent sysctl_persisted/net.mptcp.enabled = "0" (/etc/sysctl.conf:3)`. */
export function evidenceLine({ kind, fact, value, where }: Evidence): string {
  const place = where === undefined ? '' : ` (${where})`
  return sanitize(`${kind} ${fact} = ${shorten(sanitizeJson(JSON.stringify(value)), LONGEST_VALUE)}${place}`)
}

/** As a task of a playbook in one line; empty where there is none: `mptcp_enabled: {"state":"enabled"}`. */
export function remedyLine({ remedy }: Pick<ControlResult, 'remedy'>): string {
  return remedy === null ? '' : sanitize(`${remedy.module}: ${sanitizeJson(JSON.stringify(remedy.params))}`)
}

/** `until 2026-12-31 by ops: being replaced`; empty where no waiver covers it. */
export function waiverLine({ waivers }: AuditReport, { waiver }: Pick<ControlResult, 'waiver'>): string {
  const held = waiver === null ? undefined : waivers[waiver]
  return held === undefined ? '' : sanitize(`until ${held.expires} by ${held.owner}: ${held.reason}`)
}

/** Whether what fails at this severity leaves the exit code as it is. */
export function isBelow({ failOn }: Pick<AuditReport, 'failOn'>, severity: Severity): boolean {
  return SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(failOn)
}

/** `2 hosts, 11 controls of baseline: 3 failing (1 critical, 2 high), 1 waived.` */
export function auditSummary({ hosts, controls, profile, failOn }: AuditReport): string {
  const severityOf = new Map(controls.map(({ id, severity }) => [id, severity]))
  const results = hosts.flatMap((host) => host.results)
  const failing = results.filter((one) => one.failing)
  const bySeverity = SEVERITIES.flatMap((severity) => {
    const number = failing.filter(({ control }) => severityOf.get(control) === severity).length
    return number === 0 ? [] : [`${number} ${severity}`]
  })
  const of = (status: ControlStatus): number => results.filter((one) => one.status === status).length
  const unread = hosts.filter((host) => host.status !== 'ok').length
  const said = [
    `${failing.length} failing${bySeverity.length === 0 ? '' : ` (${bySeverity.join(', ')})`}`,
    `${of('pass')} passed`,
    ...(of('waived') === 0 ? [] : [`${of('waived')} waived`]),
    ...(of('not-tested') === 0 ? [] : [`${of('not-tested')} not tested`]),
    ...(of('not-applicable') === 0 ? [] : [`${of('not-applicable')} not applicable`]),
  ]
  const lost = unread === 0 ? '' : ` ${count(unread, 'host was', 'hosts were')} not read.`
  const limit = failOn === 'low' ? '' : ` Exit code by ${failOn} and worse.`
  return `${count(hosts.length, 'host')}, ${count(controls.length, 'control')} of ${profile.name}: ${said.join(', ')}.${lost}${limit}`
}
