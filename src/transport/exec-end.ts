/** What the end of a channel means for the script that ran over it. Pure. */
import { constants } from 'node:os'

/** How the program on the host ended: exit status, or the signal that killed it. */
export interface ProgramExit {
  rc: number | null
  signal: string | null
}

/** Clocks and networks: how many ms before its limit a script may seem to have been ended by it. */
const EARLY = 500
/** As timeout(1) reports it, as SIGKILL and as SIGTERM (busybox) do. */
const TIMEOUT_STATUS = new Set([124, 137, 143])

/**
 * `exit` is null where the channel closed without a word: the connection or the SSH server broke, and nobody knows.
 * A script may itself exit with 124 or be killed by others: only after its time was up did timeout(1) do it.
 */
export function scriptEnd(
  exit: ProgramExit | null,
  elapsedMs: number,
  timeoutSeconds: number,
): { end: 'lost' | 'timed-out' | 'exited'; rc: number | null } {
  if (exit === null) return { end: 'lost', rc: null }
  const rc = exit.rc ?? signalStatus(exit.signal)
  const late = elapsedMs >= timeoutSeconds * 1000 - EARLY
  return late && TIMEOUT_STATUS.has(rc) ? { end: 'timed-out', rc: null } : { end: 'exited', rc }
}

/** What a shell would report for a program that was killed. */
function signalStatus(signal: string | null): number {
  const known: Readonly<Record<string, number>> = constants.signals
  return 128 + (known[signal ?? ''] ?? 0)
}
