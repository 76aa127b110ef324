/** The nouns of this room: inventory, group, and what a play and the command line say about connections. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import type { Host } from '../model/host.ts'
import type { Secret } from '../model/secret.ts'

/** One group, with names of what is directly in it, in the order in which they were written. */
export interface Group {
  name: string
  parents: string[]
  children: string[]
  hosts: string[]
  /** Longest way down from `all`, which has 0. */
  depth: number
  /** `ansible_group_priority`, 1 unless given; decides between groups of one depth. */
  priority: number
  /** Variables of the inventory files alone. */
  vars: Readonly<Record<string, unknown>>
}

export interface Inventory {
  /** In the order in which they were first named. */
  hosts: ReadonlyMap<string, Host>
  /** `all` and `ungrouped` among them. */
  groups: ReadonlyMap<string, Group>
  /** Warnings. */
  diagnostics: Diagnostic[]
  /** SHA-256 in hex over the names and bytes of everything that was read. */
  hash: string
  /** Where the value of a host's variable was written; null where it comes from no file. */
  originOf: (host: string, variable: string) => Source | null
}

/** What a play says about connections; null where it says nothing. */
export interface PlayConnection {
  become: boolean | null
  becomeUser: string | null
  remoteUser: string | null
  /** Connection variables among them override those of the inventory. */
  vars: Readonly<Record<string, unknown>>
  /** Where a variable of `vars` was written. */
  originOf?: (variable: string) => Source | null
}

/** What the command line says about connections: --ssh-config, -u, --private-key, -b, --become-user, -k, -K. */
export interface ConnectionFlags {
  /** A file, or `none`; instead of those of user and system. */
  sshConfig?: string
  user?: string
  privateKeyFile?: string
  become?: boolean
  becomeUser?: string
  password?: Secret
  becomePassword?: Secret
}
