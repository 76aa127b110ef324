/** `runs diff RUN [RUN]`: what changed from one kept run to a later one. */
import type { AuditReport } from '../../model/audit.ts'
import { EXIT } from '../../model/exit-codes.ts'
import { auditSince } from '../../report/audit/history.ts'
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
  const pair = namedPair(one, other, io.cwd)
  const style = styleOf(io.stdout, io.env)
  const show = (heads: readonly [Head, Head], diff: object, text: () => string): number => {
    const [earlier, later] = heads.map(({ runId, command, startedAt }) => ({ runId, command, startedAt }))
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
  const since = auditSince(earlier, later, keptAudits(io.cwd))
  const notes = differences(earlier, later)
  const told = notes.map((note) => `${note}\n`).join('')
  return show([earlier, later], { ...since, notes }, () => told + renderAuditChanges(since, style, verbose > 0))
}

type Head = Pick<AuditReport, 'runId' | 'startedAt'> & { command: string }

function headLine({ runId, command, startedAt }: Head, index: number): string {
  return `${index === 0 ? 'from' : 'to  '} ${runId}: ${sanitize(command)}, begun ${startedAt}`
}

function finished(runId: string, io: Io): AuditReport {
  const audit = loadAudit(io.cwd, runId)
  // Without its record: the same words as for any run that was cut off.
  if (audit === null) loadReport(io.cwd, runId)
  return audit!
}

/** What else than hosts may be why they differ. */
function differences(earlier: AuditReport, later: AuditReport): string[] {
  const [then, now] = [earlier.profile, later.profile]
  const profile = then.name === now.name ? 'changed' : `${sanitize(then.name)}, and then ${sanitize(now.name)}`
  return [
    ...(then.hash === now.hash ? [] : [`The profile is another: ${profile}.`]),
    ...(earlier.pattern === later.pattern
      ? []
      : [`The pattern is another: ${sanitize(earlier.pattern)}, and then ${sanitize(later.pattern)}.`]),
  ]
}
