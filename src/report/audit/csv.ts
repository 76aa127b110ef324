/** An audit as CSV: a row for each host and control. */
import type { AuditReport } from '../../model/audit.ts'
import { renderCsv } from '../csv.ts'
import { madeBy } from '../made-by.ts'
import { evidenceLine, remedyLine, waiverLine } from './words.ts'

const HEAD = [
  'audited_at',
  'profile',
  'host',
  'address',
  'control',
  'title',
  'severity',
  'status',
  'failing',
  'reason',
  'evidence',
  'remedy',
  'waiver',
  'nist',
  'run',
  'made_with',
] as const

export function renderAuditCsv(report: AuditReport): string {
  const controls = new Map(report.controls.map((control) => [control.id, control]))
  const madeWith = madeBy(report.generator)
  const rows = report.hosts.flatMap(({ name, address, results }) =>
    results.map((result) => {
      const control = controls.get(result.control)
      return [
        report.endedAt,
        report.profile.name,
        name,
        address,
        result.control,
        control?.title ?? '',
        control?.severity ?? '',
        result.status,
        result.failing ? 'yes' : 'no',
        result.reason,
        result.evidence.map(evidenceLine).join('; '),
        remedyLine(result),
        waiverLine(report, result),
        control?.nist.join(' ') ?? '',
        report.runId,
        madeWith,
      ]
    }),
  )
  return renderCsv(HEAD, rows)
}
