import type { Secret } from './secret.ts'
import type { SshSettings } from './ssh-settings.ts'

/** Programs that raise privileges. doas only where it needs no password: it takes one from a terminal alone. */
export type BecomeMethod = 'sudo' | 'doas'

/** How privileges are raised on a host once it is reached. */
export interface Become {
  /** sudo unless given. */
  method?: BecomeMethod
  user: string
  password: Secret | null
}

/** Everything that is needed to reach a host, resolved from inventory, play, flags and OpenSSH's configuration. */
export interface Connection {
  /** Where the connection goes: a name that is looked up, or an address. */
  address: string
  port: number
  user: string
  password: Secret | null
  /** The key that inventory or flags name: absolute, offered first, and an error where it cannot be used. */
  privateKeyFile: string | null
  become: Become | null
  ssh: SshSettings
  /** SSH servers to go through (ProxyJump), the first one first; each with settings and no jumps of its own. */
  jumps: Connection[]
  /**
   * Arguments for OpenSSH's own client, options and then destination, where it makes the connection
   * (`transport: openssh`): it reads its configuration itself, so `ssh` says nothing, and `jumps` only which hosts lead to it. Null: we make it.
   */
  openssh: string[] | null
  /** It is this machine, by a shell and without SSH: of all else only `user` and `become` count. */
  local?: true
  /** Where OpenSSH's client gets to, as far as its configuration can be followed; unset: at `address` and `port`. */
  place?: { address: string; port: number }
}

/** One host of the inventory. */
export interface Host {
  name: string
  /** Names of all groups the host is in, `all` among them, parents before children. */
  groups: string[]
  /** Variables after inventory precedence; connection variables among them. */
  vars: Readonly<Record<string, unknown>>
}

/** A host with what is needed to reach it. */
export interface Target {
  host: Host
  connection: Connection
}
