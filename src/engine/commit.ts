/** Makes a guarded host's changes last, over the new connection on which they were verified. */
import { HostError } from '../model/errors.ts'
import { endError, stepError } from './apply-errors.ts'
import type { RecordRead } from './attempt.ts'
import { lastingSteps, stoppedAt, takeRecord, takeSections } from './attempt.ts'
import type { RunContext } from './context.ts'
import { atHostEdge, phase, sessionOf } from './context.ts'
import { gather } from './gather.ts'
import type { Job } from './job.ts'
import { readRecord, reconnect } from './recover.ts'
import { rollBack } from './roll-back.ts'
import { newNonce } from './run-id.ts'
import { commitScript } from './script/commit-script.ts'
import { dialogue } from './script/dialogue.ts'
import { parseSections } from './script/frame.ts'
import { readFacts } from './script/probe.ts'
import type { ExecResult } from '../transport/types.ts'

/** Seconds for which a host is looked for whose connection was lost in mid-commit. */
const SEARCH_SECONDS = 60

/** Commits and reads the facts. Where it fails the host has taken everything back, and that is its result. */
export async function commit(context: RunContext, job: Job): Promise<void> {
  const { member, attempt } = job
  const { state } = member
  phase(context, state, 'committing')
  context.emit({ type: 'commit-started', host: state.name })
  const began = performance.now()
  const reason = await atHostEdge(state, () => send(context, job))
  state.metrics.applyMs += performance.now() - began
  if (reason !== null) await rollBack(context, job, reason)
  else if (state.absent === null) {
    state.status = 'changed'
    state.error = null
  } else job.telling = attempt.changes.map(() => 'unknown')
  member.fold.absent = state.absent
}

/** Null where all was committed and read; else why the host undid. Throws where nobody knows. */
async function send(context: RunContext, job: Job): Promise<HostError | null> {
  const { member, attempt } = job
  const facts = [...member.fold.facts.values()]
  const session = await sessionOf(context, member.state)
  const nonce = newNonce()
  const talk = dialogue(nonce)
  talk.on('end', () => 'ack')
  const steps = lastingSteps(attempt)
  const { script, seconds } = commitScript(nonce, { ...attempt, steps, facts })
  const timeoutSeconds = seconds + context.timeoutSeconds
  const request = { script, timeoutSeconds, outputCap: 16 * 1024 * 1024, become: true, signal: context.kill }
  const result = await session.exec({ ...talk.request, ...request }).catch((error: unknown) => notSent(error))
  const sections = parseSections(nonce, result.stdout, result.stderr)
  takeSections(attempt, sections)
  if (sections.get('take')?.rc != null && sections.get('take')!.rc !== 0) {
    const record = takeRecord(attempt, sections.get('record'))
    return undone(record, 'the guard time was over before the changes could be confirmed')
  }
  if (result.end === 'exited' && result.rc === 0) {
    member.fold.gathered = readFacts(facts, sections)
    return null
  }
  const stopped = stoppedAt(attempt, steps)
  const section = stopped === null ? undefined : attempt.results.get(stopped.number)
  if (stopped !== null && section?.rc != null) {
    const change = attempt.changes[attempt.placed[stopped.number]!.change]!
    return stepError(change, stopped.step, { ...section, rc: section.rc }, '')
  }
  const back = sections.get('back')
  if (back?.rc != null && back.rc !== 0) {
    return new HostError('failed', 'not-converged', 'a file does not hold what was written', { detail: back.stderr })
  }
  return await askAgain(context, job, endError(result, 'making the changes last', attempt.id, attempt.changes))
}

/** Not even begun: what is there waits for its guard, as where the connection was lost on the way. */
function notSent(error: unknown): ExecResult {
  if (!(error instanceof HostError)) throw error
  return { end: 'lost', rc: null, stdout: '', stderr: '', reason: error.data.summary }
}

/** The connection was lost: the host itself says how it ended. */
async function askAgain(context: RunContext, job: Job, error: HostError): Promise<HostError | null> {
  const session = await reconnect(context, job.member.state, SEARCH_SECONDS).catch((reason: unknown) => {
    if (!(reason instanceof HostError)) throw reason
    throw new HostError('unknown', 'outcome-unknown', error.data.summary, {
      ...error.data,
      detail: reason.data.summary,
    })
  })
  const record = await readRecord(context, job.attempt, session)
  if (record.outcome === 'rolled-back') return undone(record, error.data.summary)
  // No script had come so far, and the timer has not fired: what is there is undone.
  if (record.outcome === 'applied') return error
  if (record.outcome !== 'done') throw error
  const options = { timeoutSeconds: context.timeoutSeconds, signal: context.kill }
  job.member.fold.gathered = (await gather(session, [...job.member.fold.facts.values()], options)).results
  return null
}

function undone(record: RecordRead, summary: string): HostError {
  return new HostError('failed', 'undone', summary, { detail: record.detail, hint: 'raise --guard and run again' })
}
