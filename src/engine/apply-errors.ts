/** Says what a step that failed, or a script whose end nobody saw, means for the host. */
import type { PlannedChange, Step } from '../model/change.ts'
import { HostError } from '../model/errors.ts'
import { CENSORED } from '../model/no-log.ts'
import type { ChangeStatus } from '../model/report.ts'
import { tail } from '../text/tail.ts'
import type { ExecResult } from '../transport/types.ts'
import type { Section } from './script/frame.ts'
import type { StepFailure } from './script/step-failure.ts'
import { explainStepFailure } from './script/step-failure.ts'

/** A step of `change` failed. `rest`: what became of the host's other changes, for the hint. */
export function stepError(
  change: PlannedChange,
  step: Step,
  section: Section & { rc: number },
  rest: string,
): HostError {
  const doing = change.summary
  const { what, why, detail, hint } = change.noLog === true ? censoredFailure(change) : explained(change, step, section)
  const more = { detail, hint: [hint, rest].filter((text) => text !== '').join('; ') }
  if (step.kind === 'run' && (section.rc === 124 || section.rc === 137)) {
    return new HostError('failed', 'timed-out', `${doing}: ${what} was stopped after its time limit`, more)
  }
  const ended = `${what} ended with ${section.rc}`
  const summary = `${doing}: ${why === null ? ended : `${why} (${ended})`}`
  return new HostError('failed', 'command-failed', summary, more)
}

/** An opaque task's summary is its command, which need not be named twice. */
function explained(change: PlannedChange, step: Step, section: Section): StepFailure {
  const failure = explainStepFailure(step, section)
  return change.opaque === true ? { ...failure, what: 'it' } : failure
}

function censoredFailure({ task }: PlannedChange): StepFailure {
  return { what: `a step of task "${task}"`, why: null, detail: CENSORED, hint: '' }
}

/** Lines by which a script says where it is: see script/frame.ts. */
const MARKERS = /^m[\da-f]{16,} \S+ \S+$\n?/gm

/** What scripts printed, for an error; nothing of it where steps under `no_log` may have printed some. */
export function shownOutput(output: string, changes: readonly PlannedChange[]): string {
  return changes.some((change) => change.noLog === true) ? CENSORED : tail(output.replaceAll(MARKERS, '').trim(), 2000)
}

/** What became of the host's other changes. */
export function leftOver(statuses: readonly ChangeStatus[]): string {
  const count = (status: ChangeStatus): number => statuses.filter((one) => one === status).length
  const [done, rest] = [count('done'), count('not-started')]
  const said = [
    ...(done > 0 ? [`${done} earlier change${done === 1 ? ' stays' : 's stay'} made`] : []),
    ...(rest > 0 ? [`${rest} later change${rest === 1 ? ' was' : 's were'} not started`] : []),
  ]
  return said.join(', ')
}

/**
 * What an exec that did not come to its end means for the host; `id`: under which the host keeps its record; `changes`:
 * those whose steps it ran.
 */
export function endError(
  result: ExecResult,
  doing: string,
  id: string | null = null,
  changes: readonly PlannedChange[] = [],
): HostError {
  const detail = shownOutput(result.stderr, changes)
  const hint = `run again: what was done is read afresh before anything is planned${kept(id)}`
  switch (result.end) {
    case 'timed-out': {
      return new HostError('failed', 'timed-out', `${doing}: stopped after its time limit`, { detail })
    }
    case 'lost': {
      const summary = `${doing}: the connection was lost; the outcome is unknown`
      return new HostError('unknown', 'outcome-unknown', summary, { detail: result.reason ?? '', hint })
    }
    case 'aborted': {
      return new HostError('unknown', 'outcome-unknown', `${doing}: interrupted; the outcome is unknown`, { hint })
    }
    case 'output-cap': {
      // Steps run on where only their output was cut off.
      const summary = `${doing}: printed more than this tool takes from a host`
      const look = { hint: 'see on the host which program prints so much' }
      return new HostError(id === null ? 'failed' : 'unknown', 'output-cap', summary, id === null ? look : { hint })
    }
    case 'exited': {
      const summary = `${doing}: the script ended with ${result.rc ?? 'no status'}`
      return new HostError('failed', 'command-failed', summary, { detail })
    }
  }
}

function kept(id: string | null): string {
  return id === null ? '' : `; until then the host says in /run/mptcp-fleet/${id}/steps which steps ended, and how`
}
