/** The keys that prove who we are: from the agent and from files, in OpenSSH's order (ssh_config(5), IdentitiesOnly). */
import type { AnyAuthMethod } from 'ssh2'
import { HostError } from '../model/errors.ts'
import type { Connection } from '../model/host.ts'
import { shellQuote } from '../text/shell.ts'
import { listAgentKeys } from './agent.ts'
import type { AgentKey, AgentKeys } from './agent.ts'
import { keyType } from './host-key-blob.ts'
import type { KeyFile } from './private-key.ts'

/** One thing to offer; `method` is the protocol's name for it, `label` ours. */
export interface Credential {
  method: 'publickey' | 'keyboard-interactive' | 'password'
  label: string
  /** Of a public key. */
  keyType?: string
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
  readKeyFile: (path: string) => Promise<KeyFile>
}

/**
 * The named key first, which must be usable (HostError `key-file`); then keys that both agent and files have, the
 * agent's other ones unless IdentitiesOnly keeps them out, and keys that only files have.
 */
export async function collectKeys(
  { ssh, user, privateKeyFile }: Connection,
  { env, readKeyFile }: AuthSources,
): Promise<Credentials> {
  const named = privateKeyFile === null ? null : await readKeyFile(privateKeyFile)
  const files = await Promise.all(ssh.identityFiles.filter((file) => file !== privateKeyFile).map(readKeyFile))
  const agent = await agentKeys(ssh.identityAgent, env)
  const first = named === null ? [] : [namedKey(user, named, agent)]
  const held = agent.keys.filter((key) => named === null || !holds(key, named))
  const isInFiles = (key: AgentKey): boolean => files.some((file) => holds(key, file))
  const isHeld = (file: KeyFile): boolean => held.some((key) => holds(key, file))
  const remarks = files.flatMap((file) => {
    if (file.kind === 'unusable') return [`${file.path} ${file.reason}`]
    return file.kind === 'encrypted' && !isHeld(file) ? [`${file.path} ${lockedReason(file)}`] : []
  })
  const offers = [
    ...first,
    ...held.filter(isInFiles).map((key) => agentOffer(user, key)),
    ...(ssh.identitiesOnly ? [] : held.filter((key) => !isInFiles(key)).map((key) => agentOffer(user, key))),
    ...files.flatMap((file) => (file.kind === 'usable' && !isHeld(file) ? [keyOffer(user, file)] : [])),
  ]
  const isLeft = (offer: Credential): boolean => isAccepted(offer.keyType ?? '', ssh.pubkeyAlgorithms)
  const out = offers.filter((offer) => !isLeft(offer))
  return {
    offers: offers.filter(isLeft),
    remarks: [
      ...(agent.problem === null ? [] : [agent.problem]),
      ...remarks,
      ...out.map((offer) => `${offer.label} was not tried: PubkeyAcceptedAlgorithms leaves ${offer.keyType} out`),
    ],
  }
}

/** ssh2 signs with SHA-1 (ssh-rsa) only where a server knows nothing else, so that it alone lets no key pass. */
function isAccepted(type: string, algorithms: readonly string[] | null): boolean {
  const wanted = type === 'ssh-rsa' ? ['rsa-sha2-256', 'rsa-sha2-512'] : [type]
  return algorithms === null || wanted.some((name) => algorithms.includes(name))
}

/** Those of the agent whose socket the settings name. */
export async function agentKeys(socket: string | null, env: AuthSources['env']): Promise<AgentKeys> {
  const path = socket?.startsWith('$') === true ? env[socket.slice(1)] : socket
  return path === null || path === undefined || path === '' ? { keys: [], problem: null } : listAgentKeys(path)
}

function namedKey(user: string, file: KeyFile, agent: AgentKeys): Credential {
  const refuse = (reason: string, hint: string): HostError =>
    new HostError('unreachable', 'key-file', `private key file ${file.path} ${reason}`, { hint })
  const held = agent.keys.find((key) => holds(key, file))
  switch (file.kind) {
    case 'usable':
      return keyOffer(user, file)
    case 'absent':
      if (held) return agentOffer(user, held)
      throw refuse('does not exist', 'check --private-key or ansible_ssh_private_key_file')
    case 'unusable':
      throw refuse(file.reason, file.hint)
    case 'public':
      if (held) return agentOffer(user, held)
      throw refuse(
        'is a public key, and no agent holds its private key',
        `name the private key: ${file.path.replace(/\.pub$/, '')}`,
      )
    case 'encrypted':
      if (held) return agentOffer(user, held)
      throw refuse(
        lockedReason(file),
        `${
          file.cipher === undefined
            ? 'run it on a terminal, which asks for the passphrase'
            : `encrypt it anew: ssh-keygen -p -Z aes256-ctr -f ${shellQuote(file.path)}, set mptcp_fleet_transport: openssh`
        }, or load the key once: eval "$(ssh-agent)"; ssh-add ${shellQuote(file.path)}`,
      )
    default:
      return file satisfies never
  }
}

function lockedReason({ cipher }: Extract<KeyFile, { kind: 'encrypted' }>): string {
  return `is encrypted${cipher === undefined ? '' : ` by ${cipher}, which is not supported`}, and no agent holds it`
}

export function holds(key: AgentKey, file: KeyFile): boolean {
  return 'publicKey' in file && file.publicKey?.equals(key.publicKey) === true
}

function keyOffer(username: string, file: Extract<KeyFile, { kind: 'usable' }>): Credential {
  return {
    method: 'publickey',
    label: `key ${file.path}`,
    keyType: file.key.type,
    auth: () => ({ type: 'publickey', username, key: file.key }),
  }
}

function agentOffer(username: string, key: AgentKey): Credential {
  const label = `agent key ${key.comment === '' ? '(no comment)' : key.comment}`
  return {
    method: 'publickey',
    label,
    keyType: keyType(key.publicKey) ?? '',
    auth: () => ({ type: 'agent', username, agent: key.agent }),
  }
}
