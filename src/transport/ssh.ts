/** The transport over SSH, and to this machine without it; keeps track of what is open. */
import type { Target } from '../model/host.ts'
import type { Carrier } from './carrier.ts'
import { ownCarrier } from './carrier.ts'
import { createConnector } from './connector.ts'
import { connectAborted } from './handshake.ts'
import { localCarrier } from './local.ts'
import { createOpensshClient } from './openssh.ts'
import { newPersist } from './persist.ts'
import { createKeyFiles } from './private-key.ts'
import type { KeyFiles } from './private-key.ts'
import { createSession } from './session.ts'
import type { ConnectOptions, Session, Transport } from './types.ts'
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
  /** Key files, of which encrypted ones may be unlocked already. Default: read as needed. */
  keyFiles?: KeyFiles
  /** What must not stand in the environment of programs that are started: OpenSSH's client, shells of this machine. */
  isSecret?: (text: string) => boolean
}

/** A transport over SSH. Its sessions fail independently, and no error of theirs is ever left uncaught. */
export function createSshTransport(options: SshTransportOptions = {}): Transport {
  const loginTimeoutMs = options.loginTimeoutMs ?? 30_000
  const env = options.env ?? process.env
  const persist = newPersist({
    concurrency: options.connectConcurrency ?? 8,
    retries: options.connectRetries ?? 2,
    retryDelayMs: options.retryDelayMs ?? 500,
  })
  const connector = createConnector({
    handshake: {
      connectTimeoutMs: options.connectTimeoutMs,
      keepaliveIntervalMs: options.keepaliveIntervalMs,
      keepaliveCount: options.keepaliveCount,
    },
    persist,
    auth: { env, readKeyFile: (options.keyFiles ?? createKeyFiles()).read },
  })
  const isSecret = options.isSecret ?? (() => false)
  const openssh = createOpensshClient({ env, isSecret, connectTimeoutMs: options.connectTimeoutMs })
  const carry = async (target: Target, signal: AbortSignal, how: ConnectOptions): Promise<Carrier> => {
    const { connection } = target
    if (connection.local === true) {
      if (signal.aborted) throw connectAborted(connection)
      return localCarrier({ env, isSecret })
    }
    if (connection.openssh === null) return ownCarrier(await connector.connect(connection, how, signal), target)
    return persist(endpointOf(connection), () => openssh.connect(target, signal), signal)
  }
  const open = new Set<Session>()
  return {
    connect: async (target, signal, how = {}) => {
      const session = createSession(await carry(target, signal, how), target, loginTimeoutMs, () =>
        open.delete(session),
      )
      open.add(session)
      return session
    },
    close: async () => {
      await Promise.all([...open].map((session) => session.close()))
      await connector.idle()
      openssh.close()
    },
  }
}
