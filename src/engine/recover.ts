/** A connection was lost while a host was being changed: asks the host over a new one what became of its steps. */
import { setTimeout as sleep } from 'node:timers/promises'
import { HostError } from '../model/errors.ts'
import type { Session } from '../transport/types.ts'
import { stepError } from './apply-errors.ts'
import type { Attempt, RecordRead } from './attempt.ts'
import { firstSteps, stoppedAt, takeRecord } from './attempt.ts'
import type { HostState, RunContext } from './context.ts'
import { freshSession } from './context.ts'
import type { Job } from './job.ts'
import { newNonce } from './run-id.ts'
import { recordScript } from './script/commit-script.ts'
import { dialogue } from './script/dialogue.ts'
import { parseSections } from './script/frame.ts'

/** Seconds for which a host that was lost is looked for. */
const SEARCH_SECONDS = 30
/** Seconds between two tries. */
const PAUSE_SECONDS = 2
/** Seconds that the host may wait for its own script to end. */
const WAIT_SECONDS = 120

/** A new connection, tried until `seconds` have passed; `onFailure` learns of each try without one. Throws the last HostError. */
export async function reconnect(
  context: RunContext,
  state: HostState,
  seconds: number,
  onFailure: (error: HostError) => void = () => {},
): Promise<Session> {
  const until = performance.now() + seconds * 1000
  for (;;) {
    try {
      return await freshSession(context, state)
    } catch (error) {
      if (!(error instanceof HostError) || context.kill.aborted || performance.now() >= until) throw error
      onFailure(error)
    }
    await sleep(PAUSE_SECONDS * 1000, undefined, { signal: context.kill }).catch(() => {})
  }
}

/** Takes the host's own record into the job; throws what it means: that a step failed, or that nobody knows. */
export async function recover(context: RunContext, job: Job): Promise<void> {
  const { member, attempt, applied } = job
  const session = await reconnect(context, member.state, SEARCH_SECONDS).catch((error: unknown) => {
    throw error instanceof HostError ? applied!.error : error
  })
  const record = await readRecord(context, attempt, session)
  if (record.outcome === null) throw applied!.error
  job.applied = { error: null, undone: record.outcome === 'rolled-back', lost: false }
  const stopped = stoppedAt(attempt, firstSteps(attempt))
  if (stopped === null) return
  const section = attempt.results.get(stopped.number) ?? { stdout: '', stderr: '', rc: null }
  const placed = attempt.placed[stopped.number]!
  const said = { ...section, rc: section.rc ?? 1, stderr: 'what it printed was lost with the connection' }
  throw stepError(attempt.changes[placed.change]!, placed.step, said, '')
}

/** What the host says of the attempt, once no script of it is at work any more. */
export async function readRecord(context: RunContext, attempt: Attempt, session: Session): Promise<RecordRead> {
  const nonce = newNonce()
  const talk = dialogue(nonce)
  talk.on('end', () => 'ack')
  const result = await session.exec({
    ...talk.request,
    script: recordScript(nonce, attempt, WAIT_SECONDS),
    timeoutSeconds: WAIT_SECONDS + 10,
    outputCap: 1024 * 1024,
    become: true,
    signal: context.kill,
  })
  return takeRecord(attempt, parseSections(nonce, result.stdout, result.stderr).get('record'))
}
