/** Makes connections that are ready for channels: over their jump hosts, with bounded concurrency and retries. */
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import type { Connection } from '../model/host.ts'
import type { AuthSources } from './auth-keys.ts'
import { collectCredentials } from './auth.ts'
import { dial } from './dial.ts'
import { newEndpointTurns } from './endpoint-turns.ts'
import { AttemptFailed, attemptConnection, connectAborted } from './handshake.ts'
import type { HandshakeOptions, OpenWire, ReadyConnection } from './handshake.ts'
import { hostKeyPolicy } from './host-key.ts'
import { checkJumps } from './jump-errors.ts'
import { createJumpPool } from './jumps.ts'
import { createKnownHostsFiles } from './known-hosts-files.ts'
import type { ConnectOptions } from './types.ts'
import { endpointOf } from './where.ts'

export interface ConnectorOptions {
  handshake: HandshakeOptions
  /** Connections being made at once. */
  concurrency: number
  /** Further attempts after a transient error. */
  retries: number
  /** Before the first further attempt; doubled for each one after it, with jitter. */
  retryDelayMs: number
  auth: AuthSources
}

export interface Connector {
  /** Throws HostError. */
  connect: (connection: Connection, options: ConnectOptions, signal: AbortSignal) => Promise<ReadyConnection>
  /** Resolves once connections to jump hosts that nobody uses any more are closed. */
  idle: () => Promise<void>
}

export function createConnector({ handshake, concurrency, retries, retryDelayMs, auth }: ConnectorOptions): Connector {
  const limit = pLimit(concurrency)
  const turns = newEndpointTurns()
  const knownHosts = createKnownHostsFiles()

  const attempt = async (connection: Connection, open: OpenWire, signal: AbortSignal): Promise<ReadyConnection> => {
    if (signal.aborted) throw connectAborted(connection)
    const credentials = await collectCredentials(connection, auth)
    const policy = await hostKeyPolicy(connection, knownHosts)
    return attemptConnection(connection, open, policy, credentials, handshake, signal)
  }

  const persist = async (connection: Connection, open: OpenWire, signal: AbortSignal): Promise<ReadyConnection> => {
    const endpoint = endpointOf(connection)
    let failed = 0
    /** Null where the endpoint turns out to be one at which connections queue, unless it is our turn. */
    const tryOn = async (isOurTurn: boolean): Promise<ReadyConnection | null> => {
      for (;;) {
        try {
          return await limit(async () =>
            isOurTurn || !turns.mustQueue(endpoint) ? await attempt(connection, open, signal) : null,
          )
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
    return (await tryOn(false)) ?? (await turns.queue(endpoint, async () => (await tryOn(true))!))
  }

  const connect: Connector['connect'] = async (connection, options, signal) => {
    checkJumps(connection)
    const jump = connection.jumps.at(-1)
    if (jump === undefined) return persist(connection, dialDirectly, signal)
    // Waited for outside the limit, which the jump host's own connection needs.
    const before = { ...jump, jumps: connection.jumps.slice(0, -1) }
    const own = options.isStale !== undefined && connection.jumps.some(options.isStale)
    const lease = await pool.lease(connection, before, own, signal)
    try {
      const ready = await persist(connection, lease.dial, signal)
      ready.client.once('close', lease.release)
      return ready
    } catch (error) {
      lease.release()
      throw error
    }
  }

  const pool = createJumpPool((jump, own, signal) => connect(jump, own ? { isStale: () => true } : {}, signal))
  return { connect, idle: pool.idle }
}

async function dialDirectly({ address, port, ssh }: Connection, timeoutMs: number, signal: AbortSignal) {
  const { addressFamily, bindAddress } = ssh
  return dial(address, port, { timeoutMs, addressFamily, bindAddress }, signal)
}

/** Milliseconds before the next attempt: doubled each time, between half and all of it, so that hosts spread out. */
export function backoff(firstMs: number, failed: number, random: () => number = Math.random): number {
  return firstMs * 2 ** failed * (0.5 + random() / 2)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // An abort ends the wait; the next attempt then reports it.
  await sleep(ms, undefined, { signal }).catch(() => {})
}
