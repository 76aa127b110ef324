/** How we prove who we are: which keys and passwords are offered, in OpenSSH's order, and what to say when none is taken. */
import type { AnyAuthMethod, AuthenticationType, KeyboardInteractiveAuthMethod } from 'ssh2'
import { HostError } from '../model/errors.ts'
import type { Connection } from '../model/host.ts'
import type { Secret } from '../model/secret.ts'
import { collectKeys } from './auth-keys.ts'
import type { AuthSources, Credential, Credentials } from './auth-keys.ts'
import { sshByHand, whereOf } from './where.ts'

/**
 * Collects what to offer: the key file that is named, the agent's keys, the key files of the configuration; then the
 * password; in the order of PreferredAuthentications. Throws HostError `key-file` where the named file cannot be used,
 * before any connection is made.
 */
export async function collectCredentials(connection: Connection, sources: AuthSources): Promise<Credentials> {
  const methods = connection.ssh.authentications
  const keys = methods.includes('publickey')
    ? await collectKeys(connection, sources)
    : { offers: [], remarks: ["keys were not tried: ssh's configuration rules them out"] }
  const offers = [...keys.offers, ...passwordOffers(connection)]
  const remarks = [...keys.remarks]
  if (connection.password !== null && !methods.some((method) => method !== 'publickey')) {
    remarks.push("the password was not given: ssh's configuration rules it out")
  }
  return { offers: methods.flatMap((method) => offers.filter((offer) => offer.method === method)), remarks }
}

function passwordOffers({ user: username, password }: Connection): Credential[] {
  if (password === null) return []
  let answered = false
  return [
    {
      method: 'keyboard-interactive',
      label: 'keyboard-interactive',
      auth: () => ({ type: 'keyboard-interactive', username, prompt: answerOnce(password, () => (answered = true)) }),
    },
    {
      method: 'password',
      label: 'password',
      auth: () => ({ type: 'password', username, password: password.reveal() }),
      // Both methods ask PAM: a wrong password that counted twice would lock accounts twice as fast.
      isSpent: () => answered,
    },
  ]
}

/** Only the first hidden prompt can be the password; what follows (a retry, a one-time code) cannot be answered. */
function answerOnce(password: Secret, onAnswer: () => void): KeyboardInteractiveAuthMethod['prompt'] {
  let answered = false
  return (_name, _instructions, _lang, prompts, finish) => {
    const first = answered ? -1 : prompts.findIndex((p) => p.echo !== true)
    if (first >= 0) {
      answered = true
      onAnswer()
    }
    finish(prompts.map((_, i) => (i === first ? password.reveal() : '')))
  }
}

/** One run through the credentials, with what it learned. */
export interface AuthAttempt {
  /** For ssh2's `authHandler`: null methods on the first call, before the server said what it takes. */
  next: (methods: AuthenticationType[] | null, partialSuccess: boolean | null) => AnyAuthMethod | false
  failure: () => HostError
}

/**
 * Asks first which methods the server takes, then offers each credential that fits, once. Passwords are kept back where
 * `mayGivePassword` says that the host may be another one.
 */
export function startAuth(
  connection: Connection,
  { offers, remarks }: Credentials,
  mayGivePassword: () => boolean = () => true,
): AuthAttempt {
  const left = [...offers]
  const isFit = (c: Credential): boolean => c.method === 'publickey' || mayGivePassword()
  const tried: string[] = []
  let offered: readonly string[] = []
  let partial = false
  return {
    next: (methods, partialSuccess) => {
      if (methods === null) return { type: 'none', username: connection.user }
      offered = methods
      partial ||= partialSuccess === true
      const index = left.findIndex((c) => methods.includes(c.method) && isFit(c) && c.isSpent?.() !== true)
      const [credential] = index < 0 ? [] : left.splice(index, 1)
      if (credential === undefined) return false
      tried.push(credential.label)
      return credential.auth()
    },
    failure: () =>
      new HostError('unreachable', 'auth', `${whereOf(connection)} accepted none of our credentials`, {
        detail: [
          `tried: ${tried.length > 0 ? tried.join(', ') : 'nothing'}`,
          `the server takes: ${offered.length > 0 ? offered.join(', ') : 'unknown'}`,
          ...(partial ? ['one method was accepted, but the server wants a further one'] : []),
          ...(mayGivePassword() ? [] : ['passwords were kept back: its host key is not the known one']),
          ...remarks,
        ].join('\n'),
        hint: authHint(connection, offers, offered, { tried, keysLeft: left.some((c) => c.method === 'publickey') }),
      }),
  }
}

function authHint(
  connection: Connection,
  offers: readonly Credential[],
  offered: readonly string[],
  { tried, keysLeft }: { tried: readonly string[]; keysLeft: boolean },
): string {
  const takesPassword = offered.includes('password') || offered.includes('keyboard-interactive')
  if (offers.length === 0) {
    return `name a key with --private-key or ansible_ssh_private_key_file${takesPassword ? ', or ask for a password with -k' : ''}`
  }
  if (tried.length === 0 && offered.length > 0) {
    return `the server takes only ${offered.join(', ')}: give one of these, or allow what you have in its sshd_config`
  }
  if (keysLeft && offered.includes('publickey')) {
    return `the server (MaxAuthTries) let us try ${tried.length} of the keys: name the right one with --private-key or ansible_ssh_private_key_file`
  }
  return `check the user name and try by hand: ${sshByHand(connection, '-v')}`
}
