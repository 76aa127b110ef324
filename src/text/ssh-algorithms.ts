/** Lists of algorithms as ssh_config writes them, applied to what ssh2 can do. */
import { matchesPattern, matchesPatternList } from './ssh-pattern.ts'

export interface AlgorithmTable {
  /** In order of preference. */
  defaults: readonly string[]
  /** Names that a list may add. */
  supported: readonly string[]
}

const CIPHERS = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
  'chacha20-poly1305@openssh.com',
]
const MACS = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha1-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
  'hmac-sha1',
]
const KEX = [
  'curve25519-sha256@libssh.org',
  'curve25519-sha256',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group15-sha512',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group17-sha512',
  'diffie-hellman-group18-sha512',
]
/** OpenSSH's order, and like there without ssh-rsa, whose SHA-1 signatures are no longer trusted. */
const SIGNATURES = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

/** What ssh2 1.17 can do of what OpenSSH has names for; by keyword of ssh_config. */
export const ALGORITHMS = {
  ciphers: { defaults: CIPHERS, supported: [...CIPHERS, 'aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'] },
  macs: { defaults: MACS, supported: [...MACS, 'hmac-md5', 'hmac-sha1-96', 'hmac-md5-96'] },
  kexalgorithms: {
    defaults: KEX,
    supported: [
      ...KEX,
      'diffie-hellman-group-exchange-sha1',
      'diffie-hellman-group14-sha1',
      'diffie-hellman-group1-sha1',
    ],
  },
  hostkeyalgorithms: { defaults: SIGNATURES, supported: [...SIGNATURES, 'ssh-rsa', 'ssh-dss'] },
  pubkeyacceptedalgorithms: { defaults: SIGNATURES, supported: [...SIGNATURES, 'ssh-rsa', 'ssh-dss'] },
} as const satisfies Record<string, AlgorithmTable>

/**
 * The algorithms that a list means: a list of its own, or one that changes the defaults where it begins with `+` (added
 * at the end), `-` (taken out) or `^` (put first). What is not supported is left out. Source: kex.c, kex_assemble_names.
 */
export function assembleAlgorithms(list: string, { defaults, supported }: AlgorithmTable): string[] {
  const names = list.replace(/^[-+^]/, '')
  if (list.startsWith('-')) return defaults.filter((name) => !matchesPatternList(names, name))
  const wanted = names.split(',')
  const patterns = list.startsWith('+')
    ? [...defaults, ...wanted]
    : list.startsWith('^')
      ? [...wanted, ...defaults]
      : wanted
  return [...new Set(patterns.flatMap((pattern) => supported.filter((name) => matchesPattern(pattern, name))))]
}
