/** Takes up a run that was cut off: asks each host that was being changed what became of it, before anything is planned. */
import { changeStatuses } from './attempt.ts'
import type { Attempt } from './attempt.ts'
import type { HostState, RunContext } from './context.ts'
import { changeReport, sessionOf } from './context.ts'
import { readRecord } from './recover.ts'
import { newNonce } from './run-id.ts'
import { rollBackScript } from './script/commit-script.ts'
import { dialogue } from './script/dialogue.ts'

/** One host's apply of an earlier run whose end nobody saw. */
export interface TakenUp {
  runId: string
  attempt: Attempt
  /** Of each of its changes, as `doneKey` names it; empty where that is of no opaque task. */
  keys: readonly string[]
}

/**
 * Reads the host's record of an apply whose end nobody saw, and tells it. What still waits for a confirmation that can no
 * longer come is taken back. Resolves to the keys of what is done. Throws HostError where the host cannot be reached.
 */
export async function observe(context: RunContext, state: HostState, { attempt, keys }: TakenUp): Promise<string[]> {
  const session = await sessionOf(context, state)
  let record = await readRecord(context, attempt, session)
  if (record.outcome === 'applied') {
    const nonce = newNonce()
    const talk = dialogue(nonce)
    // The record is read, and forgotten, below.
    talk.on('end', () => null)
    await session.exec({
      ...talk.request,
      script: rollBackScript(nonce, { ...attempt, facts: [] }),
      timeoutSeconds: context.timeoutSeconds + attempt.undo.length * 30 + 60,
      outputCap: 1024 * 1024,
      become: true,
      signal: context.kill,
    })
    record = await readRecord(context, attempt, session)
  }
  const statuses = changeStatuses(attempt, record.outcome === null)
  const undone = record.outcome === 'rolled-back'
  const changes = attempt.changes.map((change, index) => {
    const status = statuses[index]!
    if (!undone || status === 'not-started') return changeReport(change, status)
    const isLeft = change.opaque === true && attempt.undoFailed.has(index)
    return changeReport(change, isLeft ? 'unknown' : 'rolled-back')
  })
  context.emit({ type: 'recovered', host: state.name, attempt: attempt.id, outcome: record.outcome, changes })
  return keys.filter((_, index) => changes[index]?.status === 'done')
}
