/** Which earlier audit `--since` means, and what it is held against. */
import type { AuditReport } from '../../model/audit.ts'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import type { PastAudit } from '../../model/past-audit.ts'
import type { FailingSince } from '../../report/audit/failing-since.ts'
import { failingIn, failingSince, walkBack } from '../../report/audit/failing-since.ts'
import { loadSummaries, walkAudits } from '../../store/audit-history.ts'
import { loadAudit } from '../../store/audit-record.ts'
import { closest } from '../../text/closest.ts'
import { isDay } from '../../text/day.ts'
import type { Io } from '../io.ts'

/** `name`: the id of a run, `last`, or a day: the last audit that had begun by its end (UTC). Throws DiagnosticsError. */
export function earlierAudit(name: string, cwd: string): AuditReport {
  const all = loadSummaries(cwd)
  const day = dayOf(name)
  const found =
    day !== null
      ? all.findLast(({ startedAt }) => startedAt.slice(0, 10) <= day)
      : name === 'last'
        ? all.at(-1)
        : all.find(({ runId }) => runId === name)
  const earlier = found === undefined ? null : loadAudit(cwd, found.runId)
  if (earlier !== null) return earlier
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

/** The day that a name is, or null. */
export function dayOf(name: string): string | null {
  return isDay(name) ? name : null
}

/** All that are kept, the latest first. Throws DiagnosticsError. */
export function keptAudits(cwd: string): Iterable<PastAudit> {
  return walkAudits(cwd, loadSummaries(cwd))
}

/** Since when what fails in a report does. A history that cannot be read keeps nobody from the report: it is told of. */
export function sinceWhen(report: AuditReport, io: Io): FailingSince {
  const failing = failingIn(report)
  const { visit, since } = failingSince(failing)
  if (failing.length === 0) return since
  const end = Date.parse(report.startedAt)
  try {
    const earlier = loadSummaries(io.cwd).filter(
      ({ runId, startedAt }) => runId !== report.runId && Date.parse(startedAt) <= end,
    )
    walkBack(walkAudits(io.cwd, earlier), [visit])
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    const [first] = error.diagnostics
    io.stderr.write(
      `mptcp-fleet: since when controls fail is not known: ${first?.summary ?? ''}: ${first?.hint ?? ''}\n`,
    )
  }
  return since
}
