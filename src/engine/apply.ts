/** Executes one host's planned changes in one exec and says of each what became of it. */
import type { PlannedChange, Step } from '../model/change.ts'
import { HostError } from '../model/errors.ts'
import type { ChangeStatus } from '../model/report.ts'
import type { ExecResult, Session } from '../transport/types.ts'
import { applySteps } from './coalesce.ts'
import type { PlacedStep } from './coalesce.ts'
import { newNonce } from './run-id.ts'
import type { Section } from './script/frame.ts'
import { explainStepFailure } from './script/step-failure.ts'
import { forgetScript, parseSteps, recordFolder, stepsScript } from './script/steps.ts'

/** Output of one host's steps that is kept, in bytes. */
const OUTPUT_CAP = 4 * 1024 * 1024

export interface ApplyResult {
  /** Of each change, in the order given. */
  statuses: ChangeStatus[]
  /** Why not all of it was done, else null. */
  error: HostError | null
}

/** Runs the changes' steps; never throws for what happens on the host. */
export async function applyChanges(
  session: Session,
  runId: string,
  changes: readonly PlannedChange[],
  signal: AbortSignal,
): Promise<ApplyResult> {
  return await runSteps(session, changes, applySteps(changes), { runId, signal, keepRecord: true })
}

/**
 * Runs steps that belong to changes, and maps what came of the steps to the changes. `keepRecord`: the record of results
 * stays on the host until a later probe has shown that they arrived.
 */
export async function runSteps(
  session: Session,
  changes: readonly PlannedChange[],
  placed: readonly PlacedStep[],
  options: { runId: string; signal: AbortSignal; keepRecord: boolean },
): Promise<ApplyResult> {
  const nonce = newNonce()
  const { script, seconds } = stepsScript(
    nonce,
    options.runId,
    placed.map((item) => item.step),
    options.keepRecord,
  )
  const request = { script, timeoutSeconds: seconds, outputCap: OUTPUT_CAP, become: true, signal: options.signal }
  const result = await session.exec(request)
  const sections = parseSteps(nonce, result.stdout, result.stderr)
  const outcome = judge(result, changes, placed, sections, options)
  if (outcome.error?.outcome === 'failed' && options.keepRecord) await forget(session, options)
  return outcome
}

/** The results of a failed apply have arrived: their record need not stay. Best effort; the host has failed already. */
async function forget(session: Session, options: { runId: string; signal: AbortSignal }): Promise<void> {
  const script = forgetScript(newNonce(), options.runId)
  await session
    .exec({ script, timeoutSeconds: 10, outputCap: 4096, become: true, signal: options.signal })
    .catch(() => null)
}

function judge(
  result: ExecResult,
  changes: readonly PlannedChange[],
  placed: readonly PlacedStep[],
  sections: ReadonlyMap<number, Section>,
  options: { runId: string; keepRecord: boolean },
): ApplyResult {
  const stopped = placed.findIndex((_, index) => sections.get(index)?.rc !== 0)
  if (stopped === -1) return { statuses: changes.map(() => 'done'), error: null }
  const at = placed[stopped]!
  const section = sections.get(stopped)
  const status = stoppedStatus(result, section)
  // A script that stopped at a failed step started nothing after it; one that we only lost sight of runs on to its end.
  const later: ChangeStatus = status === 'unknown' ? 'unknown' : 'not-started'
  const statuses = changes.map((_, index): ChangeStatus => {
    // A change whose file is written by a later one is as done as that later one.
    if (at.changes.has(index)) return status
    return placed.findLastIndex((item) => item.changes.has(index)) < stopped ? 'done' : later
  })
  return {
    statuses,
    error:
      section?.rc == null
        ? endError(
            result,
            `${changes[at.change]!.summary}: ${explainStepFailure(at.step, { stdout: '', stderr: '' }).what}`,
            options.keepRecord ? options.runId : null,
          )
        : stepError(changes[at.change]!, at.step, { ...section, rc: section.rc }, statuses),
  }
}

function stoppedStatus(result: ExecResult, section: Section | undefined): ChangeStatus {
  if (section?.rc != null) return 'failed'
  // Without the step's own word only a script that ended by itself proves that the step did not run.
  if (section === undefined) return result.end === 'exited' ? 'not-started' : 'unknown'
  return 'unknown'
}

function stepError(
  change: PlannedChange,
  step: Step,
  section: Section & { rc: number },
  statuses: readonly ChangeStatus[],
): HostError {
  const { what, why, detail, hint } = explainStepFailure(step, section)
  const more = { detail, hint: [hint, leftOver(statuses)].filter((text) => text !== '').join('; ') }
  if (step.kind === 'run' && (section.rc === 124 || section.rc === 137)) {
    const summary = `${change.summary}: ${what} was stopped after its time limit`
    return new HostError('failed', 'timed-out', summary, more)
  }
  const ended = `${what} ended with ${section.rc}`
  const summary = `${change.summary}: ${why === null ? ended : `${why} (${ended})`}`
  return new HostError('failed', 'command-failed', summary, more)
}

/** What became of the host's other changes. */
function leftOver(statuses: readonly ChangeStatus[]): string {
  const count = (status: ChangeStatus): number => statuses.filter((one) => one === status).length
  const [done, rest] = [count('done'), count('not-started')]
  const said = [
    ...(done > 0 ? [`${done} earlier change${done === 1 ? ' stays' : 's stay'} made`] : []),
    ...(rest > 0 ? [`${rest} later change${rest === 1 ? ' was' : 's were'} not started`] : []),
  ]
  return said.join(', ')
}

/** What an exec that did not come to its end means for the host; `runId`: where the host keeps a record of that run. */
export function endError(result: ExecResult, doing: string, runId: string | null = null): HostError {
  const detail = result.stderr.trim().slice(-2000)
  switch (result.end) {
    case 'timed-out': {
      return new HostError('failed', 'timed-out', `${doing}: stopped after its time limit`, { detail })
    }
    case 'lost': {
      return new HostError('unknown', 'outcome-unknown', `${doing}: the connection was lost; the outcome is unknown`, {
        hint: `run again: what was done is read afresh before anything is planned${record(runId)}`,
      })
    }
    case 'aborted': {
      return new HostError('unknown', 'outcome-unknown', `${doing}: interrupted; the outcome is unknown`, {
        hint: `run again: what was done is read afresh before anything is planned${record(runId)}`,
      })
    }
    case 'output-cap': {
      // Steps run on where only their output was cut off.
      return new HostError(
        runId === null ? 'failed' : 'unknown',
        'output-cap',
        `${doing}: printed more than this tool takes from a host`,
        runId === null ? {} : { hint: `run again: what was done is read afresh${record(runId)}` },
      )
    }
    case 'exited': {
      return new HostError('failed', 'command-failed', `${doing}: the script ended with ${result.rc ?? 'no status'}`, {
        detail,
      })
    }
  }
}

function record(runId: string | null): string {
  return runId === null ? '' : `; until then the host says in ${recordFolder(runId)}/steps which steps ended, and how`
}
