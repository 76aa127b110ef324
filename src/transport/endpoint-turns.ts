/** Who may connect when: a limit for all, and one at a time to an SSH server that has dropped a connection. */
import pLimit from 'p-limit'
import type { LimitFunction } from 'p-limit'

export interface EndpointTurns {
  /** Runs `connect` when it is its turn. */
  run: <T>(endpoint: string, connect: () => Promise<T>) => Promise<T>
  /** From now on, connections to this endpoint are made one after another. */
  oneAtATime: (endpoint: string) => void
}

/**
 * sshd drops at random once MaxStartups logins are under way. Where several names of an inventory mean one server, trying
 * again together would be dropped together.
 */
export function newEndpointTurns(limit: LimitFunction): EndpointTurns {
  const careful = new Map<string, LimitFunction>()
  const run = async <T>(endpoint: string, connect: () => Promise<T>): Promise<T> => {
    const alone = careful.get(endpoint)
    if (alone !== undefined) return await alone(() => limit(connect))
    // What waited for the limit may have become one that has to queue.
    const done = await limit(async () => (careful.has(endpoint) ? null : { value: await connect() }))
    return done === null ? await run(endpoint, connect) : done.value
  }
  return {
    run,
    oneAtATime: (endpoint) => {
      if (!careful.has(endpoint)) careful.set(endpoint, pLimit(1))
    },
  }
}
