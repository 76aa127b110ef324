/** A session: execs over one ready connection, until it is closed or lost. */
import { randomBytes } from 'node:crypto'
import type { Become, Target } from '../model/host.ts'
import { becomeUserInvalid } from './become-errors.ts'
import { commandLine, isUserName, markersOf } from './command-line.ts'
import { runOnChannel } from './exec.ts'
import { hangUp } from './hang-up.ts'
import type { ReadyConnection } from './handshake.ts'
import { connectionGone, openChannel } from './open-channel.ts'
import type { ExecRequest, ExecResult, Session } from './types.ts'

/** Wraps a connection; `onClosed` is called once, when it is gone for whatever reason. */
export function createSession(
  ready: ReadyConnection,
  target: Target,
  loginTimeoutMs: number,
  onClosed: () => void,
): Session {
  const { client, wire } = ready
  let execs = 0
  const lost = new Promise<string>((resolve) => {
    client.on('error', (error) => resolve(error.message))
    client.on('close', () => resolve('the connection was closed'))
  })
  let goneBy: string | null = null
  void lost.then((reason) => {
    goneBy = reason
    onClosed()
  })

  return {
    exec: async (request) => {
      const become = becomeOf(target, request)
      if (become !== null && !isUserName(become.user)) throw becomeUserInvalid(target, become.user)
      if (request.signal.aborted) return ABORTED
      if (goneBy !== null) throw connectionGone(target, goneBy)
      const nonce = randomBytes(16).toString('hex')
      const command = commandLine(nonce, request.timeoutSeconds, become)
      const context = { target, markers: markersOf(nonce), become, loginTimeoutMs, lost }
      const limits = { timeoutMs: loginTimeoutMs, signal: request.signal, lost }
      const result = await openChannel(client, command, target, limits, (channel) => {
        execs++
        return runOnChannel(channel, request, context)
      })
      return result ?? ABORTED
    },
    usage: () => ({ execs, bytesSent: wire.bytesWritten, bytesReceived: wire.bytesRead }),
    close: () => hangUp(ready),
  }
}

const ABORTED: ExecResult = { end: 'aborted', rc: null, stdout: '', stderr: '' }

/** How privileges are raised for this exec; null where the connection's own user is the one wanted. */
function becomeOf({ connection }: Target, request: ExecRequest): Become | null {
  const { become, user } = connection
  return request.become && become !== null && become.user !== user ? become : null
}
