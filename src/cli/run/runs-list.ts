/** `runs list` and `runs show RUN`. */
import { EXIT } from '../../model/exit-codes.ts'
import { renderAudit } from '../../report/audit/render.ts'
import { renderJson } from '../../report/json.ts'
import { renderRun, renderRunList } from '../../report/runs.ts'
import { styleOf } from '../../report/style.ts'
import { loadSummaries } from '../../store/audit-history.ts'
import { loadAudit } from '../../store/audit-record.ts'
import { loadRunStarts, loadRunState, runNamed } from '../../store/load-run.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'
import { sinceWhen } from './audit-history.ts'

interface Flags {
  output: string
  verbose: number
}

/** Throws DiagnosticsError. */
export function listRuns({ output }: Flags, io: Io): number {
  const audits = new Map(loadSummaries(io.cwd).map((summary) => [summary.runId, summary]))
  const runs = loadRunStarts(io.cwd).flatMap(({ folder }) => {
    const state = loadRunState(io.cwd, folder)
    return state === null ? [] : [{ ...state, audit: audits.get(folder) ?? null }]
  })
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
    io.stdout.write(
      output === 'json' ? renderJson(audit) : renderAudit(audit, style, verbose > 0, sinceWhen(audit, io)),
    )
    return EXIT.ok.code
  }
  const state = loadRunState(io.cwd, runId)
  if (state === null) throw usageError(`run ${name} left no journal`, 'runs list shows those that did')
  io.stdout.write(output === 'json' ? renderJson(state) : renderRun(state, style))
  return EXIT.ok.code
}
