/** The nouns of this room: playbook, play and task, with their places in the file. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import type { Module } from '../modules/define.ts'
import type { Locate } from '../text/validate.ts'

export interface Playbook {
  /** As it was named. */
  file: string
  plays: Play[]
  /** Warnings. */
  diagnostics: Diagnostic[]
}

/** How many hosts a batch has: a count, or a percentage of the play's hosts. */
export type BatchSize = { count: number } | { percent: number }

export interface Play {
  /** As written, else the host patterns with commas. */
  name: string
  /** Host patterns, which count together. */
  hosts: readonly string[]
  become: boolean | null
  becomeUser: string | null
  remoteUser: string | null
  connection: string | null
  vars: Readonly<Record<string, unknown>>
  /** Where a variable of `vars` was written. */
  originOf: (variable: string) => Source | null
  /** Batch sizes in turn, the last one repeating; empty: all hosts at once. */
  serial: BatchSize[]
  tags: string[]
  checkMode: boolean | null
  anyErrorsFatal: boolean
  maxFailPercentage: number | null
  tasks: Task[]
  source: Source
  hostsSource: Source
}

export interface Task {
  /** As written, else the name of the module. */
  name: string
  module: Module
  /** The module's parameters as written, templates and all. */
  args: Readonly<Record<string, unknown>>
  /** Validated parameters with defaults; null where a template has to be rendered first. */
  params: unknown
  /** Position of anything inside `args`. */
  locate: Locate
  /** Where files that the parameters name are looked for, in this order. */
  folders: readonly string[]
  /** The task's own tags and those of its play. */
  tags: string[]
  /** The task's own word, else its play's, else null. */
  checkMode: boolean | null
  /** The task's own word, else its play's: what it does is not shown. */
  noLog: boolean
  /** The task's own guard time in seconds, else its play's; null: none; unset: the run's. */
  guard?: number | null
  /** The task's own word; null: as the play says. */
  become: boolean | null
  becomeUser: string | null
  vars: Readonly<Record<string, unknown>>
  source: Source
}
