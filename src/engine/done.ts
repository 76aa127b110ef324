/** What opaque tasks of runs that are taken up have done, so that it is not done again. */
import { createHash } from 'node:crypto'
import type { PlannedChange } from '../model/change.ts'

/** Of one run on one host. */
export interface Done {
  runId: string
  /** As `doneKey` names changes of that run. */
  keys: ReadonlySet<string>
}

/**
 * Names a change of an opaque task by its place and by all that it would run: a playbook may have been edited since. The run's
 * id is its salt, as it stands in journals, also of tasks under `no_log`.
 */
export function doneKey(runId: string, { play = 0, taskIndex, fact, apply }: PlannedChange): string {
  const text = JSON.stringify([runId, play, taskIndex, fact, apply])
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

export function isDone(done: readonly Done[], change: PlannedChange): boolean {
  return done.some(({ runId, keys }) => keys.has(doneKey(runId, change)))
}
