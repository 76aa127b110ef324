/** Makes connections that are ready for channels, over their jump hosts. */
import type { Connection } from '../model/host.ts'
import type { AuthSources } from './auth-keys.ts'
import { collectCredentials } from './auth.ts'
import { dial } from './dial.ts'
import { attemptConnection, connectAborted } from './handshake.ts'
import type { HandshakeOptions, OpenWire, ReadyConnection } from './handshake.ts'
import { hostKeyPolicy } from './host-key.ts'
import { checkJumps } from './jump-errors.ts'
import { createJumpPool } from './jumps.ts'
import { createKnownHostsFiles } from './known-hosts-files.ts'
import type { Persist } from './persist.ts'
import type { ConnectOptions } from './types.ts'
import { endpointOf } from './where.ts'

export interface ConnectorOptions {
  handshake: HandshakeOptions
  persist: Persist
  auth: AuthSources
}

export interface Connector {
  /** Throws HostError. */
  connect: (connection: Connection, options: ConnectOptions, signal: AbortSignal) => Promise<ReadyConnection>
  /** Resolves once connections to jump hosts that nobody uses any more are closed. */
  idle: () => Promise<void>
}

export function createConnector({ handshake, persist, auth }: ConnectorOptions): Connector {
  const knownHosts = createKnownHostsFiles()

  const attempt = async (connection: Connection, open: OpenWire, signal: AbortSignal): Promise<ReadyConnection> => {
    if (signal.aborted) throw connectAborted(connection)
    const credentials = await collectCredentials(connection, auth)
    const policy = await hostKeyPolicy(connection, knownHosts)
    return attemptConnection(connection, open, policy, credentials, handshake, signal)
  }

  const over = (connection: Connection, open: OpenWire, signal: AbortSignal): Promise<ReadyConnection> =>
    persist(endpointOf(connection), () => attempt(connection, open, signal), signal)

  const connect: Connector['connect'] = async (connection, options, signal) => {
    checkJumps(connection)
    const jump = connection.jumps.at(-1)
    if (jump === undefined) return over(connection, dialDirectly, signal)
    // Waited for outside the limit, which the jump host's own connection needs.
    const before = { ...jump, jumps: connection.jumps.slice(0, -1) }
    const own = options.isStale !== undefined && connection.jumps.some(options.isStale)
    const lease = await pool.lease(connection, before, own, signal)
    try {
      const ready = await over(connection, lease.dial, signal)
      ready.client.once('close', lease.release)
      return { ...ready, warnings: [...lease.warnings, ...ready.warnings] }
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
