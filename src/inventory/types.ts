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
  /** Further names of hosts, each with the name of the one host that it means. */
  aliases: ReadonlyMap<string, string>
  /** For each host the absolute path of the file that named it first; none where it stands in a list of names. */
  foundIn?: ReadonlyMap<string, string>
  /** Texts among the variables that come from encrypted files, each with the name of its variable. */
  confidential?: ReadonlyMap<string, string>
  /** Warnings. */
  diagnostics: Diagnostic[]
  /** SHA-256 in hex over the names and bytes of everything that was read. */
  hash: string
  /** Where the value of a host's variable was written; null where it comes from no file. */
  originOf: (host: string, variable: string) => Source | null
  /** This machine, under a name that means it and that no host has: it has the variables of `all`, and is in no group. */
  implicit: (name: string) => Host
  /** Variables of a group, those of its files of variables among them, without those of the groups it is in. */
  groupVars: (group: string) => Readonly<Record<string, unknown>>
}

/** What a play says about connections; null where it says nothing. */
export interface PlayConnection {
  become: boolean | null
  becomeUser: string | null
  remoteUser: string | null
  /** One of Ansible's plugins for connections: ssh unless given. */
  connection?: string | null
  /** Connection variables among them override those of the inventory. */
  vars: Readonly<Record<string, unknown>>
  /** Where a variable of `vars` was written. */
  originOf?: (variable: string) => Source | null
}

/** Where a setting was set: its key in ansible.cfg, or the variable of the environment, which has no place. */
export interface SettingOrigin {
  name: string
  source: Source | null
}

/** What flags say about connections, and where they are silent the environment and ansible.cfg. */
export interface ConnectionFlags {
  /** A file, or `none`; instead of those of user and system. */
  sshConfig?: string
  user?: string
  privateKeyFile?: string
  port?: number
  hostKeyChecking?: boolean
  /** Seconds. */
  timeout?: number
  /** Arguments of ssh; see ansible_ssh_args and its like. */
  sshArgs?: string
  sshCommonArgs?: string
  sshExtraArgs?: string
  /** Of those that can be wrong. */
  origins?: { readonly [K in 'sshArgs' | 'sshCommonArgs' | 'sshExtraArgs' | 'becomeMethod']?: SettingOrigin }
  become?: boolean
  becomeMethod?: string
  becomeUser?: string
  password?: Secret
  becomePassword?: Secret
}
