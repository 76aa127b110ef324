/** Executes one host's planned changes in one exec and says of each what became of it. */
import type { PlannedChange, Step } from '../model/change.ts'
import { HostError } from '../model/errors.ts'
import type { ChangeStatus } from '../model/report.ts'
import type { ExecResult, Session } from '../transport/types.ts'
import { shellJoin } from '../text/shell.ts'
import { applySteps } from './coalesce.ts'
import type { PlacedStep } from './coalesce.ts'
import { newNonce } from './run-id.ts'
import type { Section } from './script/frame.ts'
import { forgetScript, parseSteps, stepsScript } from './script/steps.ts'

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
  const outcome = judge(result, changes, placed, sections)
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
): ApplyResult {
  const stopped = placed.findIndex((_, index) => sections.get(index)?.rc !== 0)
  if (stopped === -1) return { statuses: changes.map(() => 'done'), error: null }
  const at = placed[stopped]!
  const section = sections.get(stopped)
  const status = stoppedStatus(result, section)
  return {
    statuses: changes.map((_, index) => {
      const own = placed.filter((item) => item.change === index).map((item) => placed.indexOf(item))
      // A change whose file is written by a later one is as done as that later one.
      const last = own.length > 0 ? Math.max(...own) : writerOf(changes, placed, index)
      if (own.includes(stopped)) return status
      return last < stopped ? 'done' : 'not-started'
    }),
    error: stepError(result, changes[at.change]!, at.step, section),
  }
}

function writerOf(changes: readonly PlannedChange[], placed: readonly PlacedStep[], index: number): number {
  const fact = changes[index]!.fact
  return placed.findLastIndex((item) => changes[item.change]!.fact === fact)
}

function stoppedStatus(result: ExecResult, section: Section | undefined): ChangeStatus {
  if (section?.rc != null) return 'failed'
  // Without the step's own word only a script that ended by itself proves that the step did not run.
  if (section === undefined) return result.end === 'exited' ? 'not-started' : 'unknown'
  return 'unknown'
}

function stepError(result: ExecResult, change: PlannedChange, step: Step, section: Section | undefined): HostError {
  const what = step.kind === 'run' ? shellJoin(step.argv) : `${step.kind} ${step.path}`
  if (section?.rc != null) {
    const output = `${section.stderr.trim()}\n${section.stdout.trim()}`.trim()
    const timedOut = step.kind === 'run' && (section.rc === 124 || section.rc === 137)
    return timedOut
      ? new HostError('failed', 'timed-out', `${change.summary}: ${what} was stopped after its time limit`, {
          detail: output,
        })
      : new HostError('failed', 'command-failed', `${change.summary}: ${what} ended with ${section.rc}`, {
          detail: output,
        })
  }
  return endError(result, `${change.summary}: ${what}`)
}

/** What an exec that did not come to its end means for the host. */
export function endError(result: ExecResult, doing: string): HostError {
  const detail = result.stderr.trim().slice(-2000)
  switch (result.end) {
    case 'timed-out': {
      return new HostError('failed', 'timed-out', `${doing}: stopped after its time limit`, { detail })
    }
    case 'lost': {
      return new HostError('unknown', 'outcome-unknown', `${doing}: the connection was lost; the outcome is unknown`, {
        hint: 'run again: what was done is read afresh before anything is planned',
      })
    }
    case 'aborted': {
      return new HostError('unknown', 'outcome-unknown', `${doing}: interrupted; the outcome is unknown`)
    }
    case 'output-cap': {
      return new HostError('failed', 'output-cap', `${doing}: printed more than this tool takes from a host`)
    }
    case 'exited': {
      return new HostError('failed', 'command-failed', `${doing}: the script ended with ${result.rc ?? 'no status'}`, {
        detail,
      })
    }
  }
}
