/** Which earlier audit `--since` means, and what it is held against. */
import type { AuditReport } from '../../model/audit.ts'
import type { AuditMatrix } from '../../model/audit-columns.ts'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import { loadAudit, loadMatrices } from '../../store/audit-record.ts'
import { closest } from '../../text/closest.ts'

export interface AuditHistory {
  earlier: AuditReport
  /** All audits that are kept, the oldest first. */
  all: AuditMatrix[]
}

/** `name`: the id of a run, `last`, or a day: the last audit that had begun by its end (UTC). Throws DiagnosticsError. */
export function earlierAudit(name: string, cwd: string): AuditHistory {
  const all = loadMatrices(cwd)
  const day = /^\d{4}-\d\d-\d\d$/.test(name) ? name : null
  const found =
    day !== null
      ? all.findLast(({ startedAt }) => startedAt.slice(0, 10) <= day)
      : name === 'last'
        ? all.at(-1)
        : all.find(({ runId }) => runId === name)
  const earlier = found === undefined ? null : loadAudit(cwd, found.runId)
  if (earlier !== null) return { earlier, all }
  const near = closest(
    name,
    all.map(({ runId }) => runId),
  )
  const first = all[0]?.startedAt
  const summary = day === null ? `there is no audit ${name}` : `no audit is kept that had begun by ${day}`
  const hint =
    first === undefined
      ? 'no audit is kept in this folder yet'
      : near === null
        ? `the first began ${first}`
        : `did you mean ${near}?`
  throw new DiagnosticsError([errorDiagnostic('no-audit', summary, { hint })])
}
