import { randomBytes } from 'node:crypto'

/** Sortable name of a run, safe in paths and shell words: `20260102T030405Z-1a2b3c`. */
export function newRunId(now = new Date()): string {
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return `${time}-${randomBytes(3).toString('hex')}`
}

/** Random word that marks our lines in a host's output; long enough that nothing a host prints can guess it. */
export function newNonce(): string {
  return `mf${randomBytes(12).toString('hex')}`
}
