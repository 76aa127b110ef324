/** How we prove who we are: which keys and passwords are offered, in OpenSSH's order, and what to say when none is taken. */
import { join } from 'node:path'
import type { AnyAuthMethod, AuthenticationType, KeyboardInteractiveAuthMethod } from 'ssh2'
import { HostError } from '../model/errors.ts'
import type { Connection } from '../model/host.ts'
import type { Secret } from '../model/secret.ts'
import { shellQuote } from '../text/shell.ts'
import { listAgentKeys } from './agent.ts'
import type { AgentKey, AgentKeys } from './agent.ts'
import type { KeyFile } from './private-key.ts'
import { whereOf } from './where.ts'

/** One thing to offer; `method` is the protocol's name for it, `label` ours. */
interface Credential {
  method: 'publickey' | 'keyboard-interactive' | 'password'
  label: string
  /** Built when it is its turn, so that a password is revealed only to a server that asks for one. */
  auth: () => AnyAuthMethod
  /** True where offering it could only repeat what the server has refused; unset: never. */
  isSpent?: () => boolean
}

export interface Credentials {
  offers: Credential[]
  /** Why something that a person might expect to be offered is not. */
  remarks: string[]
}

export interface AuthSources {
  env: Readonly<Record<string, string | undefined>>
  homeDir: string
  readKeyFile: (path: string) => Promise<KeyFile>
}

const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/**
 * Collects what to offer: the one key file that is named, else the agent's keys and the default key files; then the
 * password. Throws HostError `key-file` where the named file cannot be used, before any connection is made.
 */
export async function collectCredentials(connection: Connection, sources: AuthSources): Promise<Credentials> {
  const { user, privateKeyFile } = connection
  const socketPath = sources.env.SSH_AUTH_SOCK
  const agent = async (): Promise<AgentKeys> => (socketPath ? listAgentKeys(socketPath) : { keys: [], problem: null })
  const keys =
    privateKeyFile === null
      ? defaultKeys(
          user,
          await Promise.all(DEFAULT_KEYS.map((name) => sources.readKeyFile(join(sources.homeDir, '.ssh', name)))),
          await agent(),
        )
      : await namedKey(user, await sources.readKeyFile(privateKeyFile), agent)
  return { offers: [...keys.offers, ...passwordOffers(connection)], remarks: keys.remarks }
}

async function namedKey(user: string, file: KeyFile, agent: () => Promise<AgentKeys>): Promise<Credentials> {
  const refuse = (reason: string, hint: string): HostError =>
    new HostError('unreachable', 'key-file', `private key file ${file.path} ${reason}`, { hint })
  switch (file.kind) {
    case 'usable':
      return { offers: [keyOffer(user, file)], remarks: [] }
    case 'absent':
      throw refuse('does not exist', 'check --private-key or ansible_ssh_private_key_file')
    case 'unusable':
      throw refuse(file.reason, file.hint)
    case 'encrypted': {
      const { keys } = await agent()
      const held = keys.find((k) => file.publicKey !== null && k.publicKey.equals(file.publicKey))
      if (held) return { offers: [agentOffer(user, held)], remarks: [] }
      throw refuse(
        'is encrypted, and no agent holds it',
        `load it once: eval "$(ssh-agent)"; ssh-add ${shellQuote(file.path)}`,
      )
    }
    default:
      return file satisfies never
  }
}

function defaultKeys(user: string, files: readonly KeyFile[], agent: AgentKeys): Credentials {
  const inFiles = (key: AgentKey): boolean =>
    files.some((f) => 'publicKey' in f && f.publicKey?.equals(key.publicKey) === true)
  const held = (file: KeyFile): boolean =>
    'publicKey' in file && agent.keys.some((k) => file.publicKey?.equals(k.publicKey) === true)
  const remarks = files.flatMap((file) => {
    if (file.kind === 'unusable') return [`${file.path} ${file.reason}`]
    return file.kind === 'encrypted' && !held(file) ? [`${file.path} is encrypted, and no agent holds it`] : []
  })
  return {
    offers: [
      ...agent.keys.filter(inFiles).map((key) => agentOffer(user, key)),
      ...agent.keys.filter((key) => !inFiles(key)).map((key) => agentOffer(user, key)),
      ...files.flatMap((file) => (file.kind === 'usable' && !held(file) ? [keyOffer(user, file)] : [])),
    ],
    remarks: agent.problem === null ? remarks : [agent.problem, ...remarks],
  }
}

function keyOffer(username: string, file: Extract<KeyFile, { kind: 'usable' }>): Credential {
  return {
    method: 'publickey',
    label: `key ${file.path}`,
    auth: () => ({ type: 'publickey', username, key: file.key }),
  }
}

function agentOffer(username: string, key: AgentKey): Credential {
  const label = `agent key ${key.comment === '' ? '(no comment)' : key.comment}`
  return { method: 'publickey', label, auth: () => ({ type: 'agent', username, agent: key.agent }) }
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

/** Asks first which methods the server takes, then offers each credential that fits, once. */
export function startAuth(connection: Connection, { offers, remarks }: Credentials): AuthAttempt {
  const left = [...offers]
  const tried: string[] = []
  let offered: readonly string[] = []
  let partial = false
  return {
    next: (methods, partialSuccess) => {
      if (methods === null) return { type: 'none', username: connection.user }
      offered = methods
      partial ||= partialSuccess === true
      const index = left.findIndex((c) => methods.includes(c.method) && c.isSpent?.() !== true)
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
  return `check the user name and try by hand: ssh -v -p ${connection.port} ${connection.user}@${connection.address}`
}
