/** What OpenSSH's configuration says about one connection, once it is read, expanded and checked. */

export type AuthMethod = 'publickey' | 'keyboard-interactive' | 'password'

/** Lists in OpenSSH's order; paths absolute, tokens and `~` expanded. */
export interface SshSettings {
  /** Private keys, the default ones where none is named. Files that are absent are passed over. */
  identityFiles: string[]
  /** Whether the agent's other keys stay out of it. */
  identitiesOnly: boolean
  /** The agent's socket: a path, `$NAME` for an environment variable that holds one, or null for no agent. */
  identityAgent: string | null
  /** Signature algorithms of our keys, of which others are not offered; null: all. */
  pubkeyAlgorithms: string[] | null
  /** In the order in which they are tried; never empty. */
  authentications: AuthMethod[]
  /** The name under which the host's key is known, instead of its name and port; lower case. */
  hostKeyAlias: string | null
  /** `ask` refuses unknown keys as `strict` does, since nobody can be asked; its messages say so. */
  hostKeyChecking: 'strict' | 'ask' | 'accept-new' | 'off'
  /** Read before the global ones; a new key is written to the first. */
  userKnownHostsFiles: string[]
  globalKnownHostsFiles: string[]
  /** Whether names are hidden in entries that are written. */
  hashKnownHosts: boolean
  /** Signature algorithms of host keys. */
  hostKeyAlgorithms: string[]
  /** Whether those of keys that are known for the host go first; not so where the list was given as a whole. */
  knownKeysFirst: boolean
  /** Least size of an RSA host key, in bits. */
  requiredRsaBits: number
  /** Null: our own defaults. */
  ciphers: string[] | null
  macs: string[] | null
  kexAlgorithms: string[] | null
  /** Seconds; null: our own default. */
  connectTimeout: number | null
  /** Seconds, 0 for off; null: our own default. */
  serverAliveInterval: number | null
  serverAliveCountMax: number | null
  /** Null: either. */
  addressFamily: 4 | 6 | null
  /** The address that connections come from; null: the system's choice. */
  bindAddress: string | null
}
