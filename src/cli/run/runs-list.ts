/** `runs list` and `runs show RUN`. */
import type { AuditReport } from '../../model/audit.ts'
import { DiagnosticsError } from '../../model/diagnostic.ts'
import { EXIT } from '../../model/exit-codes.ts'
import type { RunReport } from '../../model/report.ts'
import { saidHead } from '../../report/audit/changes.ts'
import { auditHead } from '../../report/audit/history.ts'
import { renderAudit } from '../../report/audit/render.ts'
import { renderJson } from '../../report/json.ts'
import { renderResults } from '../../report/run.ts'
import { renderRun, renderRunList } from '../../report/runs.ts'
import { sanitize } from '../../report/sanitize.ts'
import { styleOf } from '../../report/style.ts'
import { loadAudit } from '../../store/audit-record.ts'
import {
  hasReport,
  listRuns as runFolders,
  loadReport,
  loadRunStarts,
  loadRunState,
  runNamed,
} from '../../store/load-run.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'
import { sinceWhen, summariesOf } from './audit-history.ts'

interface Flags {
  output: string
  verbose: number
}

/** Throws DiagnosticsError. */
export function listRuns({ output }: Flags, io: Io): number {
  const audits = new Map(summariesOf(io).map((summary) => [summary.runId, summary]))
  const runs = loadRunStarts(io.cwd).flatMap(({ folder }) => {
    const state = loadRunState(io.cwd, folder)
    return state === null ? [] : [{ ...state, audit: audits.get(folder) ?? null }]
  })
  const shown = new Set(runs.map(({ runId }) => runId))
  for (const name of runFolders(io.cwd).filter((one) => !shown.has(one))) {
    io.stderr.write(`mptcp-fleet: ${sanitize(name)} has no journal that can be read, and is left out\n`)
  }
  if (output === 'json') io.stdout.write(renderJson(runs))
  else io.stdout.write(runs.length === 0 ? 'no run is kept in this folder\n' : renderRunList(runs))
  return EXIT.ok.code
}

/** Throws DiagnosticsError and usage errors. */
export function showRun(name: string, { output, verbose }: Flags, io: Io): number {
  const style = styleOf(io.stdout, io.env)
  const runId = runNamed(io.cwd, name)
  const audit = loadAudit(io.cwd, runId)
  if (audit !== null) {
    if (output === 'json') io.stdout.write(renderJson(audit))
    else io.stdout.write(`${auditLines(audit)}\n${renderAudit(audit, style, verbose > 0, sinceWhen(audit, io))}`)
    return EXIT.ok.code
  }
  const state = loadRunState(io.cwd, runId)
  if (state === null) throw usageError(`run ${name} left no journal`, 'runs list shows those that did')
  const report = reportOf(runId, io)
  const results = { trials: report?.trials ?? [], findings: report?.findings ?? [] }
  if (output === 'json') io.stdout.write(renderJson({ ...state, ...results }))
  else io.stdout.write(renderRun(state, style) + (report === null ? '' : renderResults(report, style)))
  return EXIT.ok.code
}

function auditLines(audit: AuditReport): string {
  return `run ${sanitize(saidHead(auditHead(audit)))}\nIt ended ${audit.endedAt} with exit code ${audit.exitCode}.\n`
}

/** Null for a run that did not come to its end; one that cannot be read keeps nobody from what the journal says. */
function reportOf(runId: string, io: Io): RunReport | null {
  if (!hasReport(io.cwd, runId)) return null
  try {
    return loadReport(io.cwd, runId)
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    const [first] = error.diagnostics
    io.stderr.write(`mptcp-fleet: its report is left out: ${first?.summary ?? ''}: ${first?.hint ?? ''}\n`)
    return null
  }
}
