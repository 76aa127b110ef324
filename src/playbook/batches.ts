/** `serial`: the hosts of a play in batches, as Ansible cuts them. */
import type { BatchSize } from './types.ts'

/**
 * Cuts hosts into batches, keeping their order. Sizes are used in turn and the last one repeats; a percentage is of all
 * hosts of the play, rounded down, at least 1. No sizes, or a count of 0 or less: the rest goes in one batch.
 */
export function batchesOf<T>(hosts: readonly T[], serial: readonly BatchSize[]): T[][] {
  const batches: T[][] = []
  for (let start = 0; start < hosts.length;) {
    const size = serial[Math.min(batches.length, serial.length - 1)]
    const end = size === undefined ? hosts.length : start + countOf(size, hosts.length)
    const batch = end > start ? hosts.slice(start, end) : hosts.slice(start)
    batches.push(batch)
    start += batch.length
  }
  return batches
}

function countOf(size: BatchSize, hosts: number): number {
  return 'count' in size ? size.count : Math.floor((size.percent / 100) * hosts) || 1
}
