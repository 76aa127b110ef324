/** Reasons are read, on terminals too. What a host has made longer stands whole in the evidence. */
import type { AuditReport } from '../../model/audit.ts'
import type { Finding } from '../../model/finding.ts'
import { shorten } from '../../text/shorten.ts'

const LONGEST = 1000

/** Of a report that holds no secret any more: half of one would not be known for what it is. */
export function withShortReasons(report: AuditReport): AuditReport {
  const hosts = report.hosts.map((host) => ({ ...host, results: host.results.map(short) }))
  return { ...report, hosts }
}

export function shortFindings(findings: readonly Finding[]): Finding[] {
  return findings.map(short)
}

function short<T extends { reason: string }>(one: T): T {
  return one.reason.length <= LONGEST ? one : { ...one, reason: shorten(one.reason, LONGEST) }
}
