/** Opens the channel of one exec; every way in which that can fail or hang ends in a HostError, since nothing ran yet. */
import type { Client, ClientChannel } from 'ssh2'
import { HostError } from '../model/errors.ts'
import type { Target } from '../model/host.ts'
import { onAbort } from './abort.ts'
import { whereOf } from './where.ts'

/**
 * Hands the channel to `use` in the same turn of the loop, since the program's exit may be in the very next packet.
 * `lost` resolves when the connection is gone. Null if `signal` aborts first.
 */
export function openChannel<T>(
  client: Client,
  command: string,
  target: Target,
  limits: { timeoutMs: number; signal: AbortSignal; lost: Promise<string> },
  use: (channel: ClientChannel) => T | Promise<T>,
): Promise<T | null> {
  const { timeoutMs, signal, lost } = limits
  const where = whereOf(target.connection)
  return new Promise((resolve, reject) => {
    let over = false
    const settle = (act: () => void): void => {
      if (over) return
      over = true
      clearTimeout(timer)
      stopListening()
      act()
    }
    const stopListening = onAbort(signal, () => settle(() => resolve(null)))
    const timer = setTimeout(
      () =>
        settle(() =>
          reject(
            new HostError('unreachable', 'timeout', `${where} opens no channel`, {
              detail: `no answer within ${timeoutMs / 1000} s; nothing was run`,
              hint: 'the host may be frozen or overloaded',
            }),
          ),
        ),
      timeoutMs,
    )
    void lost.then((reason) => settle(() => reject(connectionGone(target, reason))))
    const onChannel = (error: Error | undefined, channel: ClientChannel): void => {
      // Too late for whoever asked: the channel must not stay open on the host.
      if (over && !error) channel.close()
      settle(() => (error ? reject(channelRefused(where, error)) : resolve(use(channel))))
    }
    try {
      client.exec(command, onChannel)
    } catch (error) {
      settle(() => reject(connectionGone(target, (error as Error).message)))
    }
  })
}

/** The connection went away before the script was sent: nothing of it ran. */
export function connectionGone(target: Target, reason: string): HostError {
  return new HostError('unreachable', 'connection-lost', `the connection to ${whereOf(target.connection)} is lost`, {
    detail: `${reason}; no part of the script had been sent`,
    hint: 'run again',
  })
}

function channelRefused(where: string, error: Error): HostError {
  return new HostError('unreachable', 'channel-refused', `${where} runs no command over this connection`, {
    detail: error.message,
    hint: "MaxSessions in the host's sshd_config may be too low, or the account may be for file transfer only",
  })
}
