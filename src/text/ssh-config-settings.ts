/** From the options that counted for a host to settings that can be used, or to what stands against them. */
import type { AuthMethod, SshSettings } from '../model/ssh-settings.ts'
import { isLoopback } from './ip.ts'
import { canonicalAddress } from './ssh-address.ts'
import { ALGORITHMS, assembleAlgorithms } from './ssh-algorithms.ts'
import type { SshEvaluation, SshProblem } from './ssh-config-types.ts'
import type { SshOptionReader } from './ssh-config-reader.ts'
import { newSshOptionReader } from './ssh-config-reader.ts'
import type { SshLocal, TokenValues } from './ssh-config-tokens.ts'
import { asciiLowerCase } from './ssh-pattern.ts'

/** Directives that would change whom we reach or whom we trust, and the values with which they do. */
const LACKING: Readonly<Record<string, (value: string) => boolean>> = {
  bindinterface: () => true,
  canonicalizehostname: (value) => value !== 'no',
  certificatefile: () => true,
  checkhostip: (value) => value === 'yes',
  knownhostscommand: (value) => value.toLowerCase() !== 'none',
  proxycommand: (value) => value.toLowerCase() !== 'none',
  revokedhostkeys: (value) => value !== 'none',
  verifyhostkeydns: (value) => value === 'yes',
}

const AUTH_SWITCHES: Readonly<Record<AuthMethod, string>> = {
  publickey: 'pubkeyauthentication',
  'keyboard-interactive': 'kbdinteractiveauthentication',
  password: 'passwordauthentication',
}
const AUTH_METHODS = Object.keys(AUTH_SWITCHES) as AuthMethod[]

const CHECKING: Readonly<Record<string, SshSettings['hostKeyChecking']>> = {
  yes: 'strict',
  no: 'off',
  ask: 'ask',
  'accept-new': 'accept-new',
}

/** Those of OpenSSH's default keys that ssh2 can use, in OpenSSH's order. */
const DEFAULT_KEYS = ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519']
const USER_KNOWN_HOSTS = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']
const GLOBAL_KNOWN_HOSTS = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']
/** Bits. Source: sshkey.h, SSH_RSA_MINIMUM_MODULUS_SIZE. */
const LEAST_RSA = 1024

/**
 * Settings of one host. Where IdentityFile names no key the default ones are offered, unless `ownKey` says that a key is
 * named elsewhere. Problems: what cannot be expanded, and all that we lack.
 */
export function settingsOf(
  { hostName, options, identityFiles }: SshEvaluation,
  ownKey: boolean,
  tokens: TokenValues,
  local: SshLocal,
): { settings: SshSettings } | { problems: SshProblem[] } {
  const read = newSshOptionReader(options, tokens, local)
  for (const [keyword, isLacking] of Object.entries(LACKING)) {
    const value = read.value(keyword)
    if (value !== null && isLacking(value)) read.refuse(keyword, 'is not supported')
  }
  const keys = identityFiles.filter(({ path }) => path.toLowerCase() !== 'none')
  const keyPaths =
    identityFiles.length === 0 && !ownKey
      ? DEFAULT_KEYS.map((key) => read.path(key, null))
      : keys.map(({ path, source }) => read.path(path, source))
  const alias = read.value('hostkeyalias')
  const isExempt = exemptFromChecks(read, hostName)
  const settings: SshSettings = {
    identityFiles: [...new Set(keyPaths)],
    identitiesOnly: read.isYes('identitiesonly'),
    identityAgent: identityAgent(options, read),
    pubkeyAlgorithms: pubkeyAlgorithms(read),
    authentications: authentications(read),
    hostKeyAlias: alias === null ? null : asciiLowerCase(alias),
    hostKeyChecking: isExempt ? 'off' : CHECKING[read.value('stricthostkeychecking') ?? 'ask']!,
    // Many machines are one localhost, by forwarded ports: nothing is known of them, and nothing made known.
    userKnownHostsFiles: isExempt ? [] : read.files('userknownhostsfile', USER_KNOWN_HOSTS, true),
    globalKnownHostsFiles: isExempt ? [] : read.files('globalknownhostsfile', GLOBAL_KNOWN_HOSTS, false),
    hashKnownHosts: read.isYes('hashknownhosts'),
    hostKeyAlgorithms: read.algorithms('hostkeyalgorithms') ?? [...ALGORITHMS.hostkeyalgorithms.defaults],
    knownKeysFirst: /^(?:[-+]|$)/.test(read.value('hostkeyalgorithms') ?? ''),
    requiredRsaBits: Math.max(LEAST_RSA, read.number('requiredrsasize') ?? 0),
    ciphers: read.algorithms('ciphers'),
    macs: read.algorithms('macs'),
    kexAlgorithms: read.algorithms('kexalgorithms'),
    connectTimeout: read.number('connecttimeout') || null,
    serverAliveInterval: read.number('serveraliveinterval'),
    serverAliveCountMax: read.number('serveralivecountmax'),
    addressFamily: addressFamily(read),
    bindAddress: bindAddress(read),
  }
  return read.problems.length > 0 ? { problems: read.problems } : { settings }
}

function identityAgent(options: SshEvaluation['options'], read: SshOptionReader): string | null {
  const { values, source } = options.get('identityagent') ?? { values: [], source: null }
  const [value = 'SSH_AUTH_SOCK'] = values
  if (value === 'none') return null
  if (value === 'SSH_AUTH_SOCK') return '$SSH_AUTH_SOCK'
  return /^\$[^{]/.test(value) ? value : read.path(value, source)
}

/** A list that leaves nothing is none to refuse: passwords may be left. */
function pubkeyAlgorithms(read: SshOptionReader): string[] | null {
  const list = read.value('pubkeyacceptedalgorithms')
  return list === null ? null : assembleAlgorithms(list, ALGORITHMS.pubkeyacceptedalgorithms)
}

function authentications(read: SshOptionReader): AuthMethod[] {
  const wanted = read.value('preferredauthentications')?.split(',') ?? AUTH_METHODS
  const methods = [...new Set(wanted)].filter(
    (method): method is AuthMethod =>
      Object.hasOwn(AUTH_SWITCHES, method) && read.value(AUTH_SWITCHES[method as AuthMethod]) !== 'no',
  )
  if (methods.length === 0) {
    const keyword =
      read.value('preferredauthentications') === null ? 'pubkeyauthentication' : 'preferredauthentications'
    read.refuse(keyword, `leaves no way to log in that is supported: ${AUTH_METHODS.join(', ')}`)
  }
  return methods
}

/** NoHostAuthenticationForLocalhost. */
function exemptFromChecks(read: SshOptionReader, hostName: string): boolean {
  const local = hostName === 'localhost' || isLoopback(hostName)
  return read.isYes('nohostauthenticationforlocalhost') && local && read.value('hostkeyalias') === null
}

function addressFamily(read: SshOptionReader): 4 | 6 | null {
  const family = read.value('addressfamily')
  return family === 'inet' ? 4 : family === 'inet6' ? 6 : null
}

function bindAddress(read: SshOptionReader): string | null {
  const address = read.value('bindaddress')
  if (address !== null && canonicalAddress(address) === null)
    read.refuse('bindaddress', 'is supported for addresses only')
  return address
}
