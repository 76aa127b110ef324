/** Attempts at connections: with bounded concurrency, and again after errors that may pass. */
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { newEndpointTurns } from './endpoint-turns.ts'
import { AttemptFailed } from './handshake.ts'

export interface PersistOptions {
  /** Attempts at once. */
  concurrency: number
  /** Further attempts after a transient error. */
  retries: number
  /** Before the first further attempt; doubled for each one after it, with jitter. */
  retryDelayMs: number
}

/** Makes `attempt`, which throws AttemptFailed, until it succeeds or it makes no sense any more. Throws HostError. */
export type Persist = <T>(endpoint: string, attempt: () => Promise<T>, signal: AbortSignal) => Promise<T>

export function newPersist({ concurrency, retries, retryDelayMs }: PersistOptions): Persist {
  const limit = pLimit(concurrency)
  const turns = newEndpointTurns()
  return async <T>(endpoint: string, attempt: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    let failed = 0
    /** Null where the endpoint turns out to be one at which connections queue, unless it is our turn. */
    const tryOn = async (isOurTurn: boolean): Promise<{ made: T } | null> => {
      for (;;) {
        try {
          return await limit(async () => (isOurTurn || !turns.mustQueue(endpoint) ? { made: await attempt() } : null))
        } catch (error) {
          if (!(error instanceof AttemptFailed)) throw error
          const { error: hostError, transient } = error.failure
          if (hostError.data.code === 'connection-lost') turns.note(endpoint)
          if (!transient || failed >= retries) throw hostError
        }
        // Outside the limit, so that hosts which are down do not hold up the others.
        await pause(backoff(retryDelayMs, failed++), signal)
      }
    }
    const done = (await tryOn(false)) ?? (await turns.queue(endpoint, async () => (await tryOn(true))!))
    return done.made
  }
}

/** Milliseconds before the next attempt: doubled each time, between half and all of it, so that hosts spread out. */
export function backoff(firstMs: number, failed: number, random: () => number = Math.random): number {
  return firstMs * 2 ** failed * (0.5 + random() / 2)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // An abort ends the wait; the next attempt then reports it.
  await sleep(ms, undefined, { signal }).catch(() => {})
}
