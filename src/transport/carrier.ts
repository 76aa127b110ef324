/** What a session runs its execs over: our own connection, or one that OpenSSH's client has made. */
import type { Duplex, Readable } from 'node:stream'
import type { HostErrorData } from '../model/errors.ts'
import type { Target } from '../model/host.ts'
import type { Markers } from './command-line.ts'
import { hangUp } from './hang-up.ts'
import type { ReadyConnection } from './handshake.ts'
import { openChannel } from './open-channel.ts'
import { answersThrough } from './reach.ts'
import type { Session } from './types.ts'

/** As ssh2 has it: stdin is written to it, stdout comes as `data`; `exit` with status or signal, and `close`. */
export type ExecChannel = Duplex & { stderr: Readable; close: () => void }

export interface OpenLimits {
  timeoutMs: number
  signal: AbortSignal
}

export interface Carrier {
  /** Resolves with the reason when the connection is gone. */
  lost: Promise<string>
  /** Whether the script's exit status has to be printed, since the channel cannot tell it from its own failure. */
  tellsEnd: boolean
  /**
   * Hands a channel on which the command runs to `use`, in the turn of the loop in which it is there. Null if `signal`
   * aborts first. Throws HostError.
   */
  run: <T>(
    command: string,
    markers: Markers,
    limits: OpenLimits,
    use: (channel: ExecChannel) => T | Promise<T>,
  ) => Promise<T | null>
  /** See Session. */
  warnings: readonly HostErrorData[]
  /** False where the host may be another one than the one that is known. */
  mayGivePassword: boolean
  /** See Session. */
  reaches?: NonNullable<Session['reaches']>
  usage: () => { bytesSent: number; bytesReceived: number }
  close: () => Promise<void>
}

export function ownCarrier(ready: ReadyConnection, target: Target): Carrier {
  const { client, wire, warnings, mayGivePassword } = ready
  const lost = new Promise<string>((resolve) => {
    client.on('error', (error) => resolve(error.message))
    client.on('close', () => resolve('the connection was closed'))
  })
  return {
    lost,
    tellsEnd: false,
    warnings,
    mayGivePassword,
    run: (command, _markers, limits, use) => openChannel(client, command, target, { ...limits, lost }, use),
    reaches: (place, signal) => answersThrough(client, place, signal),
    usage: () => ({ bytesSent: wire.bytesWritten, bytesReceived: wire.bytesRead }),
    close: () => hangUp(ready),
  }
}
