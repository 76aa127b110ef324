/** `--resume` of a run that was no apply of playbooks: its hosts are asked what was done, and nothing more. */
import type { AssembleOptions, Assembled } from '../../engine/assemble.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic, hasErrors } from '../../model/diagnostic.ts'
import type { Resumed } from './resume.ts'
import { recordedTarget } from './rollback-plan.ts'

/** Throws DiagnosticsError where a host is not in the inventory, or is reached elsewhere. */
export function assembleObservation({ runId, records }: Resumed, options: AssembleOptions): Assembled {
  const diagnostics: Diagnostic[] = [...options.inventory.diagnostics, observedOnly(runId)]
  const targets = records.flatMap((record) =>
    recordedTarget(record, options.inventory, options.connection, diagnostics),
  )
  if (hasErrors(diagnostics)) throw new DiagnosticsError(diagnostics)
  const play = { name: `What run ${runId} did`, batches: [targets], tasks: [] }
  return { plays: [{ ...play, anyErrorsFatal: false, maxFailPercentage: null }], diagnostics }
}

/** Without it the run would seem to be at its end. */
function observedOnly(runId: string): Diagnostic {
  const summary = `run ${runId} had no playbook to go on with: its hosts are asked what was done, and nothing more`
  const hint = 'for what is left make its plan anew, or give its command once more'
  return { ...errorDiagnostic('observed-only', summary, { hint }), severity: 'warning' }
}
