/** The transport over SSH; keeps track of what is open. */
import { HostError } from '../model/errors.ts'
import type { Connection } from '../model/host.ts'
import { createConnector } from './connector.ts'
import { createKeyFiles } from './private-key.ts'
import type { KeyFiles } from './private-key.ts'
import { createSession } from './session.ts'
import type { Session, Transport } from './types.ts'

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
}

/** A transport over SSH. Its sessions fail independently, and no error of theirs is ever left uncaught. */
export function createSshTransport(options: SshTransportOptions = {}): Transport {
  const loginTimeoutMs = options.loginTimeoutMs ?? 30_000
  const connector = createConnector({
    handshake: {
      connectTimeoutMs: options.connectTimeoutMs,
      keepaliveIntervalMs: options.keepaliveIntervalMs,
      keepaliveCount: options.keepaliveCount,
    },
    concurrency: options.connectConcurrency ?? 8,
    retries: options.connectRetries ?? 2,
    retryDelayMs: options.retryDelayMs ?? 500,
    auth: { env: options.env ?? process.env, readKeyFile: (options.keyFiles ?? createKeyFiles()).read },
  })
  const open = new Set<Session>()
  return {
    connect: async (target, signal, how = {}) => {
      refuseWhatIsToCome(target.connection)
      const ready = await connector.connect(target.connection, how, signal)
      const session = createSession(ready, target, loginTimeoutMs, () => open.delete(session))
      open.add(session)
      return session
    },
    close: async () => {
      await Promise.all([...open].map((session) => session.close()))
      await connector.idle()
    },
  }
}

function refuseWhatIsToCome({ openssh }: Connection): void {
  if (openssh === null) return
  throw new HostError('unreachable', 'transport', "connections by OpenSSH's own client are still to come", {
    hint: 'remove mptcp_fleet_transport: openssh',
  })
}
