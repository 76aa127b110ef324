/** Why privileges were not raised, from what sudo and doas said. Pure. */
import { HostError } from '../model/errors.ts'
import type { Target } from '../model/host.ts'
import type { Secret } from '../model/secret.ts'
import { tail } from '../text/tail.ts'
import { whereOf } from './where.ts'

/** What is known when the login ends before the script could be sent. */
export interface BecomeEnd {
  target: Target
  /** Whether sudo got a password from us. */
  passwordSent: boolean
  /** What both streams brought, prompts removed. */
  noise: string
  /** Exit status, null where there was none. */
  rc: number | null
}

/** sudo asked although no password is configured. */
export function becomePasswordMissing(target: Target): HostError {
  const { user } = target.connection
  return failed(target, 'become-password-missing', `sudo asks for the password of ${user}, and none is given`, {
    hint: 'give it with -K, --become-password-file or ansible_become_password, or allow sudo without a password',
  })
}

/** The host may be another one than the one that is known. */
export function becomePasswordKeptBack(target: Target): HostError {
  const { user } = target.connection
  const summary = `sudo asks for the password of ${user}, which was kept back: the host key is not the known one`
  return failed(target, 'become-password-kept-back', summary, {
    hint: 'compare the host key on its console and make it known, or allow sudo without a password',
  })
}

/** sudo asked again after it was given the password. */
export function becomePasswordWrong(target: Target): HostError {
  const { user } = target.connection
  return failed(target, 'become-password-wrong', `sudo does not accept the password of ${user}`, {
    hint: 'give the right one with -K, --become-password-file or ansible_become_password',
  })
}

/** What sudo reads. Of a password with several lines the rest would reach the shell behind sudo, as commands. */
export function passwordLine(password: Secret, target: Target): string {
  const text = password.reveal()
  if (!/[\r\n\0]/.test(text)) return `${text}\n`
  throw failed(target, 'become-password-wrong', 'the sudo password has several lines', {
    hint: 'a password is one line: check -K, --become-password-file or ansible_become_password',
  })
}

/** The user to become cannot be written on a command line, so no host can have it. */
export function becomeUserInvalid(target: Target, name: string): HostError {
  return failed(target, 'become-user-unknown', `${JSON.stringify(name)} is no user name`, {
    hint: 'correct ansible_become_user',
  })
}

/** The error for a login that ended in sudo or doas; null where neither said why. */
export function becomeError(end: BecomeEnd): HostError | null {
  const { become } = end.target.connection
  return become?.method === 'doas' ? doasError(end) : sudoError(end)
}

/** sudo's own words; LC_ALL=C keeps them English. Sources: sudo 1.8 to 1.9, plugins/sudoers and src/exec. */
function sudoError({ target, passwordSent, noise, rc }: BecomeEnd): HostError | null {
  const { user, become } = target.connection
  const wanted = become?.user ?? 'root'
  const says = (pattern: RegExp): boolean => pattern.test(noise)
  if (says(/incorrect password attempt|Authentication failure|Sorry, try again/i)) {
    return passwordSent ? becomePasswordWrong(target) : becomePasswordMissing(target)
  }
  if (says(/must have a tty|a terminal is required/)) {
    return failed(target, 'become-requires-tty', 'sudo wants a terminal, which a script does not have', {
      noise,
      hint: `in sudoers: Defaults:${user} !requiretty`,
    })
  }
  if (says(/unknown (user|uid)/)) return noSuchUser(target, wanted, noise)
  if (says(/not in the sudoers file|not allowed to (execute|run)|may not run sudo|not permitted|account validation/i)) {
    return failed(target, 'become-not-allowed', `sudo does not let ${user} become ${wanted}`, {
      noise,
      hint: `in sudoers: ${user} ALL=(${wanted}) ALL`,
    })
  }
  if (rc === 127 && says(/sudo/)) return missing(target, 'sudo', wanted, noise)
  return says(/^sudo: /m) ? broken(target, 'sudo', wanted, noise) : null
}

/** OpenDoas' words (doas.c); it is not translated. */
function doasError({ target, noise, rc }: BecomeEnd): HostError | null {
  const { user, become } = target.connection
  const wanted = become?.user ?? 'root'
  const says = (pattern: RegExp): boolean => pattern.test(noise)
  const hint = `in doas.conf: permit nopass ${user} as ${wanted}`
  if (says(/^doas: (Authentication required|a tty is required)/im)) {
    return failed(target, 'become-password-missing', `doas asks for the password of ${user}`, {
      noise,
      hint: `doas takes a password from a terminal alone; ${hint}, or set ansible_become_method to sudo`,
    })
  }
  if (says(/^doas: unknown user/im)) return noSuchUser(target, wanted, noise)
  if (says(/^doas: Operation not permitted/im)) {
    return failed(target, 'become-not-allowed', `doas does not let ${user} become ${wanted}`, { noise, hint })
  }
  if (says(/^doas: doas is not enabled/im)) {
    return failed(target, 'become-not-allowed', 'doas is installed and not enabled', { noise, hint })
  }
  if (rc === 127 && says(/doas/)) return missing(target, 'doas', wanted, noise)
  return says(/^doas: /m) ? broken(target, 'doas', wanted, noise) : null
}

function noSuchUser(target: Target, wanted: string, noise: string): HostError {
  const summary = `there is no user ${wanted} to become`
  return failed(target, 'become-user-unknown', summary, { noise, hint: 'correct ansible_become_user' })
}

function missing(target: Target, tool: string, wanted: string, noise: string): HostError {
  return failed(target, 'become-missing', `the host has no ${tool}`, {
    noise,
    hint: `install it, or connect as ${wanted} without become`,
  })
}

function broken(target: Target, tool: string, wanted: string, noise: string): HostError {
  const summary = `${tool} failed for ${target.connection.user}`
  return failed(target, 'become-not-allowed', summary, { noise, hint: `try by hand: ${tool} -u ${wanted} true` })
}

function failed(
  target: Target,
  code: string,
  summary: string,
  { noise = '', hint }: { noise?: string; hint: string },
): HostError {
  return new HostError('failed', code, summary, { detail: `on ${whereOf(target.connection)}${said(noise)}`, hint })
}

/** What a program said before it ended, for a detail. */
export function said(noise: string): string {
  return noise === '' ? '' : `; it said: ${tail(noise, 500)}`
}
