/** Why a script never got started, from what sudo and the login shell said. Pure. */
import { HostError } from '../model/errors.ts'
import type { Target } from '../model/host.ts'
import { whereOf } from './where.ts'

/** What is known when the login ends, or stalls, before the script could be sent. */
export interface LoginEnd {
  target: Target
  become: boolean
  /** Whether sudo got a password from us. */
  passwordSent: boolean
  /** What both streams brought, prompts removed. */
  noise: string
  /** Exit status, null where there was none. */
  rc: number | null
}

const RETRY = 'give the right one with -K or ansible_become_password'

/** sudo asked although no password is configured. */
export function becomePasswordMissing(target: Target): HostError {
  const { user } = target.connection
  return new HostError(
    'failed',
    'become-password-missing',
    `sudo asks for the password of ${user}, and none is given`,
    {
      detail: `on ${whereOf(target.connection)}`,
      hint: 'give it with -K or ansible_become_password, or allow sudo without a password',
    },
  )
}

/** sudo asked again after it was given the password. */
export function becomePasswordWrong(target: Target): HostError {
  const { user } = target.connection
  return new HostError('failed', 'become-password-wrong', `sudo does not accept the password of ${user}`, {
    detail: `on ${whereOf(target.connection)}`,
    hint: RETRY,
  })
}

/** The user to become cannot be written on a command line, so no host can have it. */
export function becomeUserInvalid(target: Target, name: string): HostError {
  return new HostError('failed', 'become-user-unknown', `${JSON.stringify(name)} is no user name`, {
    detail: `on ${whereOf(target.connection)}`,
    hint: 'correct ansible_become_user',
  })
}

/** The error for a login that ended before the script could be sent. */
export function loginError(end: LoginEnd): HostError {
  const becomeError = end.become ? sudoError(end) : null
  if (becomeError !== null) return becomeError
  const { connection } = end.target
  const status = end.rc === null ? 'without an exit status' : `with exit status ${end.rc}`
  return new HostError('unreachable', 'login-shell', `the login shell of ${whereOf(connection)} runs no commands`, {
    detail: `it ended ${status}${said(end.noise)}`,
    hint: `check its shell and login files, or a forced command: ssh -p ${connection.port} ${connection.user}@${connection.address} true`,
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

/** The host lacks timeout(1), without which nothing bounds a script. */
export function timeoutMissing(target: Target): HostError {
  return new HostError('failed', 'timeout-missing', 'the host has no timeout command', {
    detail: `on ${whereOf(target.connection)}: it is not in the PATH of the user that runs the script`,
    hint: 'install coreutils',
  })
}

/** sudo's own words; LC_ALL=C keeps them English. Sources: sudo 1.8 to 1.9, plugins/sudoers and src/exec. */
function sudoError(end: LoginEnd): HostError | null {
  const { target, noise, rc } = end
  const { user, become } = target.connection
  const wanted = become?.user ?? 'root'
  const detail = `on ${whereOf(target.connection)}${said(noise)}`
  const says = (pattern: RegExp): boolean => pattern.test(noise)
  if (says(/incorrect password attempt|Authentication failure|Sorry, try again/i)) {
    return end.passwordSent ? becomePasswordWrong(target) : becomePasswordMissing(target)
  }
  if (says(/must have a tty|a terminal is required/)) {
    return new HostError('failed', 'become-requires-tty', 'sudo wants a terminal, which a script does not have', {
      detail,
      hint: `in sudoers: Defaults:${user} !requiretty`,
    })
  }
  if (says(/unknown (user|uid)/)) {
    return new HostError('failed', 'become-user-unknown', `there is no user ${wanted} to become`, {
      detail,
      hint: 'correct ansible_become_user',
    })
  }
  if (says(/not in the sudoers file|not allowed to (execute|run)|may not run sudo|not permitted|account validation/i)) {
    return new HostError('failed', 'become-not-allowed', `sudo does not let ${user} become ${wanted}`, {
      detail,
      hint: `in sudoers: ${user} ALL=(${wanted}) ALL`,
    })
  }
  if (rc === 127 && says(/sudo/)) {
    return new HostError('failed', 'become-missing', 'the host has no sudo', {
      detail,
      hint: `install it, or connect as ${wanted} without become`,
    })
  }
  if (says(/^sudo: /m)) {
    return new HostError('failed', 'become-not-allowed', `sudo failed for ${user}`, {
      detail,
      hint: `try by hand: sudo -u ${wanted} true`,
    })
  }
  return null
}

function said(noise: string): string {
  return noise === '' ? '' : `; it said: ${noise.slice(-500)}`
}
