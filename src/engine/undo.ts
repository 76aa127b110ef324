/** Undoes what a run did: each host's undo steps, the last change first, in one exec. */
import pLimit from 'p-limit'
import type { PlannedChange } from '../model/change.ts'
import { HostError } from '../model/errors.ts'
import type { Target } from '../model/host.ts'
import type { Transport } from '../transport/types.ts'
import { applyAttempt } from './apply.ts'
import { newAttempt } from './attempt.ts'
import { undoSteps } from './coalesce.ts'

/** One host and the changes that were done on it, in the order in which they were done. */
export interface UndoItem {
  target: Target
  changes: readonly PlannedChange[]
}

/** Undoes on all hosts at once. What goes wrong on one is its value: the error, else null. */
export async function undo(
  items: readonly UndoItem[],
  options: { transport: Transport; runId: string; forks: number; signal: AbortSignal },
): Promise<Map<string, HostError | null>> {
  const limit = pLimit(options.forks)
  const results = await Promise.all(
    items.map((item) =>
      limit(async (): Promise<[string, HostError | null]> => [item.target.host.name, await undoOne(item, options)]),
    ),
  )
  return new Map(results)
}

async function undoOne(
  item: UndoItem,
  options: { transport: Transport; runId: string; signal: AbortSignal },
): Promise<HostError | null> {
  try {
    const session = await options.transport.connect(item.target, options.signal)
    try {
      const attempt = newAttempt(options.runId, 1, item.changes, null, undoSteps(item.changes))
      return (await applyAttempt(session, { ...attempt, undo: [] }, [], new Map(), options.signal)).error
    } finally {
      await session.close()
    }
  } catch (error) {
    if (error instanceof HostError) return error
    throw error
  }
}
