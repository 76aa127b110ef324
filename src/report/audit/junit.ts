/** An audit as JUnit: a suite for each host, a test for each control, and one for whether the host could be read. */
import type { AuditedControl, AuditHost, AuditReport, ControlResult, Severity } from '../../model/audit.ts'
import { BELOW } from '../found.ts'
import type { JUnitCase, Outcome } from '../junit.ts'
import { renderJUnit } from '../junit.ts'
import { evidenceLine, isBelow, remedyLine, waiverLine } from './words.ts'

export function renderAuditJUnit(report: AuditReport): string {
  const controls = new Map(report.controls.map((control) => [control.id, control]))
  const properties = {
    run: report.runId,
    profile: report.profile.name,
    'profile-sha256': report.profile.hash,
    inventory: report.inventoryHash,
    generator: `${report.generator.name} ${report.generator.version}`,
    account: report.generator.account,
  }
  const suites = report.hosts.map((host) => ({
    name: host.name,
    host: host.address,
    package: `audit.${report.profile.name}`,
    properties,
    cases: [readCase(host), ...host.results.map((result) => controlCase(report, result, controls.get(result.control)))],
  }))
  return renderJUnit(suites, report.startedAt)
}

/** A host that was not read is one error, not one for each control. */
function readCase({ status, error }: AuditHost): JUnitCase {
  const message = error?.summary ?? status
  const body = [error?.summary, error?.detail, error?.hint].filter((line) => (line ?? '') !== '').join('\n')
  const outcome: Outcome = status === 'ok' ? { kind: 'passed' } : { kind: 'error', type: status, message, body }
  return { name: 'the host was read', group: 'audit', outcome }
}

function controlCase(report: AuditReport, result: ControlResult, control: AuditedControl | undefined): JUnitCase {
  const severity = control?.severity ?? 'low'
  const name = control === undefined ? result.control : `${result.control}: ${control.title}`
  return { name, group: `audit.${severity}.${result.control}`, outcome: outcomeOf(report, result, severity) }
}

/** What is below the threshold does not fail the audit, and is no failure to who reads this file: it is skipped, as in runs. */
function outcomeOf(report: AuditReport, result: ControlResult, severity: Severity): Outcome {
  const { status, failing, reason } = result
  if (failing && isBelow(report, severity)) {
    return { kind: 'skipped', message: `${BELOW}, which is ${report.failOn}: ${status}: ${reason}` }
  }
  if (failing) {
    const remedy = remedyLine(result)
    const lines = [reason, ...result.evidence.map(evidenceLine), ...(remedy === '' ? [] : [`remedy: ${remedy}`])]
    const kind = status === 'error' ? 'error' : 'failure'
    return { kind, type: `${severity} ${status}`, message: reason, body: lines.join('\n') }
  }
  if (status === 'pass') return { kind: 'passed' }
  const why = status === 'waived' ? `${waiverLine(report, result)}; ${reason}` : reason
  return { kind: 'skipped', message: `${status}: ${why}` }
}
