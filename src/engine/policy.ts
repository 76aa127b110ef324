/** What a batch's failures mean for the batches and plays after it, as Ansible has it. */
import type { AssembledPlay } from './assemble.ts'
import type { HostState } from './context.ts'

/**
 * Whether the run ends here, and why: every host of the batch is lost, too many are, or any failure is fatal. `batch` are
 * those of its hosts that were still there when it began.
 */
export function mustStop(
  play: Pick<AssembledPlay, 'anyErrorsFatal' | 'maxFailPercentage'>,
  batch: readonly HostState[],
): string | null {
  const lost = batch.filter((state) => state.absent !== null).length
  if (lost === 0) return null
  if (play.anyErrorsFatal) return 'any_errors_fatal: a host failed'
  if (lost === batch.length) return 'every host of the batch failed'
  if (play.maxFailPercentage !== null && (lost / batch.length) * 100 > play.maxFailPercentage) {
    return `max_fail_percentage: ${lost} of ${batch.length} hosts failed`
  }
  return null
}
