/**
 * An audit in columns: one letter a host and control, and what was found beside it, each finding once. A fleet says the same
 * of most of its hosts, so that this is a small part of the report; the report can be made of it again.
 */
import * as z from 'zod'
import type { AuditReport, ControlResult } from './audit.ts'
import { auditReportSchema } from './audit.ts'
import { isFailing, LETTERS, statusAt } from './audit-status.ts'

const host = auditReportSchema.shape.hosts.element
const result = host.shape.results.element

/** What of an audit is asked for again and again. */
export const auditMatrixSchema = auditReportSchema
  .omit({ hosts: true, commands: true, tests: true, trend: true, hostScores: true })
  .extend({
    hosts: z.array(host.omit({ results: true })),
    rows: z.array(z.string()).describe('of each host, a letter for each control in their order'),
  })
export type AuditMatrix = z.infer<typeof auditMatrixSchema>

export const auditEvidenceSchema = z.strictObject({
  ...auditReportSchema.pick({ commands: true, tests: true, trend: true, hostScores: true }).shape,
  findings: z.array(result.pick({ reason: true, evidence: true, remedy: true })).describe('each once'),
  rows: z.array(z.array(z.number())).describe('of each host, the index of its finding for each control'),
  waived: z.array(z.tuple([z.number(), z.number(), z.number()])).describe('host, control and waiver, by index'),
})
export type AuditEvidence = z.infer<typeof auditEvidenceSchema>

export function toColumns(report: AuditReport): { matrix: AuditMatrix; evidence: AuditEvidence } {
  const { hosts, commands: by, tests, trend, hostScores, ...rest } = report
  const known = new Map<string, number>()
  const findings: AuditEvidence['findings'] = []
  const indexOf = ({ reason, evidence, remedy }: ControlResult): number => {
    const found = { reason, evidence, remedy }
    const key = JSON.stringify(found)
    const index = known.get(key) ?? findings.push(found) - 1
    known.set(key, index)
    return index
  }
  return {
    matrix: {
      ...rest,
      hosts: hosts.map(({ results: _results, ...host }) => host),
      rows: hosts.map(({ results }) => results.map(({ status }) => LETTERS[status]).join('')),
    },
    evidence: {
      commands: by,
      tests,
      trend,
      hostScores,
      findings,
      rows: hosts.map(({ results }) => results.map(indexOf)),
      waived: hosts.flatMap(({ results }, host) =>
        results.flatMap(({ waiver }, control): [number, number, number][] =>
          waiver === null ? [] : [[host, control, waiver]],
        ),
      ),
    },
  }
}

/** The report that toColumns was given. */
export function fromColumns(matrix: AuditMatrix, evidence: AuditEvidence): AuditReport {
  const { hosts, rows, ...rest } = matrix
  const waivers = new Map(evidence.waived.map(([host, control, waiver]) => [`${host} ${control}`, waiver]))
  return {
    ...rest,
    commands: evidence.commands,
    tests: evidence.tests,
    trend: evidence.trend,
    hostScores: evidence.hostScores,
    hosts: hosts.map((host, at) => ({
      ...host,
      results: matrix.controls.map(({ id, required }, index): ControlResult => {
        const status = statusAt(rows[at] ?? '', index)
        const waiver = waivers.get(`${at} ${index}`) ?? null
        const found = evidence.findings[evidence.rows[at]?.[index] ?? -1]!
        return { control: id, status, failing: isFailing(status, required), ...found, waiver }
      }),
    })),
  }
}
