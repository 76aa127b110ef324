/** `runs diff RUN [RUN]`: what changed from one kept run to a later one. */
import type { AuditReport } from '../../model/audit.ts'
import { EXIT } from '../../model/exit-codes.ts'
import type { RunReport } from '../../model/report.ts'
import { saidHead } from '../../report/audit/changes.ts'
import { auditHead, auditSince } from '../../report/audit/history.ts'
import { renderAuditChanges } from '../../report/audit/since.ts'
import { renderJson } from '../../report/json.ts'
import { renderRunDiff, runDiff } from '../../report/run/diff.ts'
import { sanitize } from '../../report/sanitize.ts'
import { paint, styleOf } from '../../report/style.ts'
import { loadAudit } from '../../store/audit-record.ts'
import { loadReport } from '../../store/load-run.ts'
import type { Io } from '../io.ts'
import { keptAudits } from './audit-history.ts'
import { namedPair } from './named-run.ts'

/** Throws DiagnosticsError. Resolves to the exit code. */
export function diffRuns(
  [one, other]: readonly [string, string],
  { output, verbose }: { output: string; verbose: number },
  io: Io,
): number {
  const pair = namedPair(one, other, io)
  const style = styleOf(io.stdout, io.env)
  const show = (heads: readonly [Head, Head], diff: object, text: () => string): number => {
    const [earlier, later] = heads.map(headOf)
    if (output === 'json') io.stdout.write(renderJson({ ...diff, earlier, later }))
    else io.stdout.write(`${paint(style, 'bold', heads.map(headLine).join('\n'))}\n\n${text()}`)
    return EXIT.ok.code
  }
  if (!pair.areAudits) {
    const [earlier, later] = [loadReport(io.cwd, pair.earlier), loadReport(io.cwd, pair.later)]
    const diff = runDiff(earlier, later)
    return show([earlier, later], diff, () => renderRunDiff(diff, style))
  }
  const [earlier, later] = [finished(pair.earlier, io), finished(pair.later, io)]
  const since = auditSince(earlier, later, keptAudits(io))
  return show([earlier, later], since, () => renderAuditChanges(since, style, verbose > 0))
}

type Head = AuditReport | RunReport

function headOf(run: Head): object {
  const { runId, command, startedAt } = run
  return 'profile' in run ? auditHead(run) : { runId, command, startedAt }
}

function headLine(run: Head, index: number): string {
  const { runId, command, startedAt } = run
  const said = 'profile' in run ? saidHead(auditHead(run)) : `${runId}: ${command}, begun ${startedAt}`
  return `${index === 0 ? 'from' : 'to  '} ${sanitize(said)}`
}

function finished(runId: string, io: Io): AuditReport {
  const audit = loadAudit(io.cwd, runId)
  // Without its record: the same words as for any run that was cut off.
  if (audit === null) loadReport(io.cwd, runId)
  return audit!
}
