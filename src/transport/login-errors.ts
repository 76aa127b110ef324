/** Why a script never got started, from what the login shell said; become-errors.ts for sudo and doas. Pure. */
import { HostError } from '../model/errors.ts'
import type { Target } from '../model/host.ts'
import type { BecomeEnd } from './become-errors.ts'
import { becomeError, said } from './become-errors.ts'
import { sshByHand, whereOf } from './where.ts'

/** What is known when the login ends before the script could be sent. */
export interface LoginEnd extends BecomeEnd {
  become: boolean
}

/** The error for a login that ended before the script could be sent. */
export function loginError(end: LoginEnd): HostError {
  const raising = end.become ? becomeError(end) : null
  if (raising !== null) return raising
  const { connection } = end.target
  const status = end.rc === null ? 'without an exit status' : `with exit status ${end.rc}`
  return new HostError('unreachable', 'login-shell', `the login shell of ${whereOf(connection)} runs no commands`, {
    detail: `it ended ${status}${said(end.noise)}`,
    hint: `check its shell and login files, or a forced command: ${sshByHand(connection)} true`,
  })
}

/** The error for a login that neither ended nor let the script be sent. */
export function loginTimeout(target: Target, seconds: number, noise: string): HostError {
  const { connection } = target
  return new HostError('failed', 'timed-out', `the login shell of ${whereOf(connection)} hangs`, {
    detail: `nothing was run: no script could be sent within ${seconds} s${said(noise)}`,
    hint: 'a login file (.bashrc, .zshenv, config.fish) may wait for input, or sudo asks for more than a password',
  })
}

/** The login prints without end, and no script was sent. */
export function loginFlood(target: Target, noise: string): HostError {
  const { connection } = target
  return new HostError('failed', 'output-cap', `the login of ${whereOf(connection)} prints without end`, {
    detail: `nothing was run: no script could be sent${said(noise)}`,
    hint: `check its shell and login files, or a forced command: ssh -p ${connection.port} ${connection.user}@${connection.address} true`,
  })
}

/** The host lacks timeout(1), without which nothing bounds a script. */
export function timeoutMissing(target: Target): HostError {
  return new HostError('failed', 'timeout-missing', 'the host has no timeout command', {
    detail: `on ${whereOf(target.connection)}: it is not in the PATH of the user that runs the script`,
    hint: 'install coreutils',
  })
}
