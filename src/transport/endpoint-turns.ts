/** SSH servers that have dropped connections: connections to such a one are made one after another. */
import pLimit from 'p-limit'
import type { LimitFunction } from 'p-limit'

export interface EndpointTurns {
  /** Whether connections to this endpoint have to queue. */
  mustQueue: (endpoint: string) => boolean
  /** From now on they have to. */
  note: (endpoint: string) => void
  /** Runs `connect`, with all its retries, when it is the only one to connect to this endpoint. */
  queue: <T>(endpoint: string, connect: () => Promise<T>) => Promise<T>
}

/**
 * sshd drops at random once MaxStartups logins are under way. Where several names of an inventory mean one server, those
 * who try again together would be dropped together.
 */
export function newEndpointTurns(): EndpointTurns {
  const turns = new Map<string, LimitFunction>()
  const turnOf = (endpoint: string): LimitFunction => {
    const turn = turns.get(endpoint) ?? pLimit(1)
    turns.set(endpoint, turn)
    return turn
  }
  return {
    mustQueue: (endpoint) => turns.has(endpoint),
    note: turnOf,
    queue: (endpoint, connect) => turnOf(endpoint)(connect),
  }
}
