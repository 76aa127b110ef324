/** Undoes what a run did: each host's undo steps, the last change first, in one exec. */
import pLimit from 'p-limit'
import type { PlannedChange } from '../model/change.ts'
import { HostError } from '../model/errors.ts'
import type { Target } from '../model/host.ts'
import type { Transport } from '../transport/types.ts'
import type { ApplyResult } from './apply.ts'
import { runSteps } from './apply.ts'
import { undoSteps } from './coalesce.ts'

/** One host and the changes that were done on it, in the order in which they were done. */
export interface UndoItem {
  target: Target
  changes: readonly PlannedChange[]
}

/** Undoes on all hosts at once. What goes wrong on one is its value: an ApplyResult with an error, or a HostError. */
export async function undo(
  items: readonly UndoItem[],
  options: { transport: Transport; runId: string; forks: number; signal: AbortSignal },
): Promise<Map<string, ApplyResult | HostError>> {
  const limit = pLimit(options.forks)
  const results = await Promise.all(
    items.map((item) =>
      limit(async (): Promise<[string, ApplyResult | HostError]> => [
        item.target.host.name,
        await undoOne(item, options),
      ]),
    ),
  )
  return new Map(results)
}

async function undoOne(
  item: UndoItem,
  options: { transport: Transport; runId: string; signal: AbortSignal },
): Promise<ApplyResult | HostError> {
  try {
    const session = await options.transport.connect(item.target, options.signal)
    try {
      return await runSteps(session, item.changes, undoSteps(item.changes), { ...options, keepRecord: false })
    } finally {
      await session.close()
    }
  } catch (error) {
    if (error instanceof HostError) return error
    throw error
  }
}
