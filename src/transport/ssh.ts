/** The transport over SSH: connects with bounded concurrency and retries, and keeps track of what is open. */
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { HostError } from '../model/errors.ts'
import type { Connection, Target } from '../model/host.ts'
import { collectCredentials } from './auth.ts'
import { newEndpointTurns } from './endpoint-turns.ts'
import { AttemptFailed, attemptConnection, connectAborted } from './handshake.ts'
import type { HandshakeOptions, ReadyConnection } from './handshake.ts'
import { hostKeyPolicy } from './host-key.ts'
import { createKnownHostsFiles } from './known-hosts-files.ts'
import { createKeyFileReader } from './private-key.ts'
import { createSession } from './session.ts'
import type { Session, Transport } from './types.ts'
import { endpointOf } from './where.ts'

export interface SshTransportOptions {
  /**
   * For the TCP connection, and once more for the SSH handshake; a login may take 30 s. Default: ConnectTimeout of the
   * connection's settings, else 10 s, as Ansible's.
   */
  connectTimeoutMs?: number
  /** From the start of an exec until its script can be sent: login files and sudo. Default 30 s. */
  loginTimeoutMs?: number
  /** Default: as the connection's settings say, else 15 s, and lost after 3 without an answer; 0 switches it off. */
  keepaliveIntervalMs?: number
  keepaliveCount?: number
  /**
   * Connections being made at once. Default 8: sshd's MaxStartups drops at random from 10 on, and counts a login for a
   * moment after it has succeeded.
   */
  connectConcurrency?: number
  /** Further attempts after a transient error. Default 2. */
  connectRetries?: number
  /** Before the first further attempt; doubled for each one after it, with jitter. Default 500 ms. */
  retryDelayMs?: number
  /** Where SSH_AUTH_SOCK is looked up. Default: the process's. */
  env?: Readonly<Record<string, string | undefined>>
}

/** A transport over SSH. Its sessions fail independently, and no error of theirs is ever left uncaught. */
export function createSshTransport(options: SshTransportOptions = {}): Transport {
  const env = options.env ?? process.env
  const loginTimeoutMs = options.loginTimeoutMs ?? 30_000
  const handshake: HandshakeOptions = {
    connectTimeoutMs: options.connectTimeoutMs,
    keepaliveIntervalMs: options.keepaliveIntervalMs,
    keepaliveCount: options.keepaliveCount,
  }
  const retries = options.connectRetries ?? 2
  const limit = pLimit(options.connectConcurrency ?? 8)
  const turns = newEndpointTurns()
  const readKeyFile = createKeyFileReader()
  const knownHosts = createKnownHostsFiles()
  const open = new Set<Session>()

  const attempt = async ({ connection }: Target, signal: AbortSignal): Promise<ReadyConnection> => {
    if (signal.aborted) throw connectAborted(connection)
    refuseWhatIsToCome(connection)
    const credentials = await collectCredentials(connection, { env, readKeyFile })
    const policy = await hostKeyPolicy(connection, knownHosts)
    return attemptConnection(connection, policy, credentials, handshake, signal)
  }

  const connect = async (target: Target, signal: AbortSignal): Promise<ReadyConnection> => {
    const endpoint = endpointOf(target.connection)
    let failed = 0
    /** Null where the endpoint turns out to be one at which connections queue, unless it is our turn. */
    const tryOn = async (isOurTurn: boolean): Promise<ReadyConnection | null> => {
      for (;;) {
        try {
          return await limit(async () =>
            isOurTurn || !turns.mustQueue(endpoint) ? await attempt(target, signal) : null,
          )
        } catch (error) {
          if (!(error instanceof AttemptFailed)) throw error
          const { error: hostError, transient } = error.failure
          if (hostError.data.code === 'connection-lost') turns.note(endpoint)
          if (!transient || failed >= retries) throw hostError
        }
        // Outside the limit, so that hosts which are down do not hold up the others.
        await pause(backoff(options.retryDelayMs ?? 500, failed++), signal)
      }
    }
    return (await tryOn(false)) ?? (await turns.queue(endpoint, async () => (await tryOn(true))!))
  }

  return {
    connect: async (target, signal) => {
      const session = createSession(await connect(target, signal), target, loginTimeoutMs, () => open.delete(session))
      open.add(session)
      return session
    },
    close: async () => {
      await Promise.all([...open].map((session) => session.close()))
    },
  }
}

function refuseWhatIsToCome({ openssh, jumps }: Connection): void {
  if (openssh !== null) {
    throw new HostError('unreachable', 'transport', "connections by OpenSSH's own client are still to come", {
      hint: 'remove mptcp_fleet_transport: openssh',
    })
  }
  if (jumps.length > 0) {
    const way = jumps.map((jump) => endpointOf(jump)).join(', ')
    throw new HostError('unreachable', 'jump-host', 'jump hosts are still to come', { detail: `ProxyJump: ${way}` })
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
