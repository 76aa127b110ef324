/** What evaluating ssh_config takes and gives. */
import type { Source } from '../model/diagnostic.ts'
import type { SshDirective } from './ssh-config-parse.ts'
import type { SshJump } from './ssh-jump.ts'

/** A file whose directives have been read; `problem` says why it may not be used. */
export interface SshConfigFile {
  file: string
  /** Whether it is of the user's kind: Include of a relative path then means ~/.ssh. */
  ofUser: boolean
  directives: readonly SshDirective[]
  problem: string | null
}

export interface SshConfigSource {
  /** In the order in which they are read. */
  files: readonly SshConfigFile[]
  /** The files that a path of Include names, sorted; a text says what is wrong with it. */
  include: (path: string, ofUser: boolean) => readonly SshConfigFile[] | string
}

/** A value that counted, and where it was written. */
export interface SshOption {
  values: string[]
  source: Source | null
}

export interface SshProblem {
  code: 'bad-ssh-config' | 'unsupported-ssh-config'
  summary: string
  hint: string
  source: Source | null
}

/** What the configuration says of one host, by keyword in lower case; nothing expanded yet but the host's name. */
export interface SshEvaluation {
  /** What HostName made of the name: lower case, addresses in their one spelling. */
  hostName: string
  options: ReadonlyMap<string, SshOption>
  /** A file of a key counts once for each kind of configuration that names it. */
  identityFiles: readonly { path: string; source: Source | null }[]
  /** Null: not mentioned. Empty: none. */
  jumps: readonly SshJump[] | null
  problems: readonly SshProblem[]
}
