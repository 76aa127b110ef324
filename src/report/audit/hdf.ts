/**
 * An audit in Heimdall Data Format, the results of an InSpec profile as MITRE's tools read them (npm: inspecjs). The format knows
 * one target: results of several hosts stand side by side in each control, which then is as bad as its worst host.
 */
import type { AuditedControl, AuditHost, AuditReport, ControlResult } from '../../model/audit.ts'
import { renderJson } from '../json.ts'
import { sanitize } from '../sanitize.ts'
import { WEIGHTS } from '../../model/audit-score.ts'
import { madeBy } from '../made-by.ts'
import { evidenceLine, remedyLine, waiverLine } from './words.ts'

export function renderHdf(report: AuditReport): string {
  const { profile, hosts, controls, generator } = report
  const target = hosts.length === 1 ? sanitize(hosts[0]!.name) : report.pattern
  return renderJson({
    platform: { name: 'mptcp-fleet', release: generator.version, target_id: sanitize(target) },
    version: generator.version,
    statistics: { duration: (Date.parse(report.endedAt) - Date.parse(report.startedAt)) / 1000 },
    profiles: [
      {
        name: profile.name,
        title: profile.title,
        sha256: profile.hash,
        version: generator.version,
        summary: `inventory ${report.inventoryHash}, run ${report.runId}, ${madeBy(report.generator)}`,
        status: 'loaded',
        supports: [],
        attributes: [],
        groups: [],
        controls: controls.map((control) => renderControl(report, control)),
      },
    ],
  })
}

interface HostResult {
  host: AuditHost
  result: ControlResult
}

function renderControl(report: AuditReport, control: AuditedControl): object {
  const found = report.hosts.flatMap((host): HostResult[] =>
    host.results.filter((result) => result.control === control.id).map((result) => ({ host, result })),
  )
  const remedies = new Set(found.map(({ result }) => remedyLine(result)).filter((line) => line !== ''))
  return {
    id: control.id,
    title: control.title,
    desc: control.rationale,
    // Not applicable is what has no impact.
    impact: found.length > 0 && found.every(({ result }) => result.status === 'not-applicable') ? 0 : impactOf(control),
    tags: { nist: control.nist, severity: control.severity, facts: control.facts },
    refs: control.references.map((ref) => ({ ref })),
    descriptions: [...remedies].map((data) => ({ label: 'fix', data })),
    source_location: {},
    code: control.facts.map((fact) => `# ${fact}\n${report.commands[fact] ?? ''}`).join('\n'),
    results: found.map((one) => renderResult(report, one)),
    ...waiverOf(report, found),
  }
}

function impactOf({ severity }: AuditedControl): number {
  return WEIGHTS[severity] / 10
}

/** One that holds for some hosts only cannot be told of the control: it stands in their results. */
function waiverOf(report: AuditReport, found: readonly HostResult[]): object {
  const judged = found.filter(({ result }) => result.status !== 'not-applicable')
  const [first] = judged
  if (first === undefined || judged.some(({ result }) => result.status !== 'waived')) return {}
  const waiver = report.waivers[first.result.waiver ?? -1]
  const justification = waiverLine(report, first.result)
  return {
    waiver_data: {
      expiration_date: waiver?.expires,
      justification,
      run: true,
      skipped_due_to_waiver: true,
      message: '',
    },
  }
}

function renderResult(report: AuditReport, { host, result }: HostResult): object {
  const said = { code_desc: sanitize(host.name), start_time: report.startedAt, run_time: 0 }
  const message = [sanitize(result.reason), ...result.evidence.map(evidenceLine)].join('\n')
  if (result.status === 'error') return { ...said, status: 'error', message }
  // Skipped beside hosts that pass it would count as passed.
  const isLost = result.status === 'unreachable' && report.hosts.length > 1
  if (isLost) return { ...said, status: 'error', message: `${result.status}: ${message}` }
  if (result.failing) return { ...said, status: 'failed', message }
  if (result.status === 'pass') return { ...said, status: 'passed', message }
  const waiver = result.status === 'waived' ? `${waiverLine(report, result)}; ` : ''
  return { ...said, status: 'skipped', skip_message: `${result.status}: ${waiver}${message}` }
}
