/** A session: execs over one ready connection, until it is closed or lost. */
import { randomBytes } from 'node:crypto'
import type { Become, Target } from '../model/host.ts'
import { becomeUserInvalid } from './become-errors.ts'
import type { Carrier } from './carrier.ts'
import { commandLine, isUserName, markersOf } from './command-line.ts'
import { runOnChannel } from './exec.ts'
import { connectionGone } from './open-channel.ts'
import type { ExecRequest, ExecResult, Session } from './types.ts'

/** Wraps a connection; `onClosed` is called once, when it is gone for whatever reason. */
export function createSession(carrier: Carrier, target: Target, loginTimeoutMs: number, onClosed: () => void): Session {
  const { lost, tellsEnd, warnings, mayGivePassword } = carrier
  let execs = 0
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
      const markers = markersOf(nonce)
      const command = commandLine(nonce, request.timeoutSeconds, become, tellsEnd)
      const context = { target, markers, become, mayGivePassword, loginTimeoutMs, lost }
      const limits = { timeoutMs: loginTimeoutMs, signal: request.signal }
      const result = await carrier.run(command, markers, limits, (channel) => {
        execs++
        return runOnChannel(channel, request, context)
      })
      return result ?? ABORTED
    },
    ...(carrier.reaches === undefined ? {} : { reaches: carrier.reaches }),
    warnings,
    usage: () => ({ execs, ...carrier.usage() }),
    close: carrier.close,
  }
}

const ABORTED: ExecResult = { end: 'aborted', rc: null, stdout: '', stderr: '' }

/** How privileges are raised for this exec; null where the connection's own user is the one wanted. */
function becomeOf({ connection }: Target, request: ExecRequest): Become | null {
  const { become, user } = connection
  return request.become && become !== null && become.user !== user ? become : null
}
