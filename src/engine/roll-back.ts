/** Takes a guarded host's changes back now, or waits until the host has done so by itself, and reads it again. */
import type { PlannedChange } from '../model/change.ts'
import { HostError } from '../model/errors.ts'
import type { Attempt } from './attempt.ts'
import { takeRecord } from './attempt.ts'
import type { HostState, RunContext } from './context.ts'
import { failHost, phase } from './context.ts'
import type { Job } from './job.ts'
import { reconnect } from './recover.ts'
import { newNonce } from './run-id.ts'
import { rollBackScript } from './script/commit-script.ts'
import { dialogue } from './script/dialogue.ts'
import { parseSections } from './script/frame.ts'
import { readFacts } from './script/probe.ts'

/** Seconds beyond its guard time for which a host is looked for: its own undo has to end, and its network to come up. */
const EXTRA_SECONDS = 60

/** `reason`: why the changes are not kept. What became of the host is its result; its facts are those after the undo. */
export async function rollBack(context: RunContext, job: Job, reason: HostError): Promise<void> {
  const { member, attempt } = job
  const { state } = member
  phase(context, state, 'undoing')
  try {
    failHost(state, await takeBack(context, job, reason))
  } catch (error) {
    failHost(state, error instanceof HostError ? unseen(attempt, reason, error) : error)
  }
  member.fold.absent = state.absent
}

async function takeBack(context: RunContext, job: Job, reason: HostError): Promise<HostError> {
  const { member, attempt } = job
  const session = await connection(context, member.state, attempt)
  const facts = [...member.fold.facts.values()]
  const nonce = newNonce()
  const talk = dialogue(nonce)
  talk.on('end', () => 'ack')
  const result = await session.exec({
    ...talk.request,
    script: rollBackScript(nonce, { ...attempt, facts }),
    timeoutSeconds: context.timeoutSeconds + attempt.undo.length * 30 + 60,
    outputCap: 16 * 1024 * 1024,
    become: true,
    signal: context.kill,
  })
  const sections = parseSections(nonce, result.stdout, result.stderr)
  const record = takeRecord(attempt, sections.get('record'))
  // After a restart all is as it was, as far as facts tell: they are read below, and held against the plan.
  const isGone = record.absent
  job.restarted = isGone
  if (record.outcome !== 'rolled-back' && !isGone) {
    return new HostError('unknown', 'outcome-unknown', 'the host does not say that it took the changes back', {
      detail: reason.data.summary,
      hint: `look at /run/mptcp-fleet/${attempt.id} on the host`,
    })
  }
  // Read as a batch reads it; the plan over these facts tells whether all is as it was.
  member.fold.gathered = readFacts(facts, sections)
  const opaque = isGone ? attempt.changes.filter((change) => change.opaque === true) : []
  if (opaque.length > 0) return restarted(reason, opaque)
  const detail = [reason.data.detail, record.detail].filter((text) => text !== '').join('\n')
  const failed = record.failedUndo === 0 ? '' : ` (${record.failedUndo} steps of the undo failed)`
  if (isGone) {
    const summary = 'the host was restarted before the changes could be confirmed: nothing of them is there'
    return new HostError('rolled-back', 'rolled-back', summary, { detail, hint: 'run again' })
  }
  const summary = `the changes were taken back${failed}: ${reason.data.summary}`
  return new HostError('rolled-back', 'rolled-back', summary, { detail, hint: reason.data.hint })
}

/** What commands did cannot be read, and what would have undone it is gone. */
function restarted(reason: HostError, opaque: readonly PlannedChange[]): HostError {
  const detail = opaque.map(({ summary }) => `unknown whether it is still there: ${summary}`).join('\n')
  const hint = 'look on the host at what these did, and undo by hand what is left of it'
  return new HostError('unknown', 'outcome-unknown', reason.data.summary, { detail, hint })
}

/** The connection that is there, else a new one, looked for until the host must have undone the changes. */
async function connection(context: RunContext, state: HostState, attempt: Attempt): ReturnType<typeof reconnect> {
  if (state.session !== null) {
    const open = state.session.session
    const alive = await open
      .exec({ script: [':\n'], timeoutSeconds: 10, outputCap: 4096, become: false, signal: context.kill })
      .catch(() => null)
    if (alive?.end === 'exited') return open
  }
  return await reconnect(context, state, attempt.guard! + EXTRA_SECONDS)
}

/** The host was not seen again; its guard works without us. */
function unseen(attempt: Attempt, reason: HostError, error: HostError): HostError {
  const summary = `${reason.data.summary}; the host takes the changes back by itself, but was not seen again`
  return new HostError('unknown', 'outcome-unknown', summary, {
    detail: error.data.summary,
    hint: `it did so ${attempt.guard} s after the change at the latest; run plan to see what is there`,
  })
}
