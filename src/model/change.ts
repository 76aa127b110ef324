import type { Secret } from './secret.ts'

/** Stands for a value that is only known after apply. Serialises as `known after apply`. */
export const UNKNOWN: unique symbol = Symbol('known after apply')
export type Unknown = typeof UNKNOWN

/** Runs a program, never through a shell. */
export interface RunStep {
  kind: 'run'
  argv: readonly string[]
  stdin?: string | Secret
  /** In seconds; 30 unless given. */
  timeout?: number
  /** The folder to run in; default: where the login starts. */
  chdir?: string
  /** What it does outlasts a reboot: under a guard it runs only once the other steps are confirmed. */
  lasting?: boolean
  /** A file that is there only while the program runs: the word of `argv` at `at` names it, and becomes its path. */
  script?: { at: number; text: string }
  /**
   * Files that it changes, beside those that steps write: copied first. Where a host undoes a run by itself, a lasting step
   * that names files has them back from their copies in place of running its program.
   */
  files?: readonly string[]
}

/** Replaces a file atomically. `mode` is octal text; owner and group are names or numbers. */
export interface WriteStep {
  kind: 'write'
  path: string
  bytes: string | Secret
  mode: string
  owner: string
  group: string
}

/** Removes a file; a file that is absent already is success. */
export interface RemoveStep {
  kind: 'remove'
  path: string
}

export type Step = RunStep | WriteStep | RemoveStep

/** Whether what a step does outlasts a reboot of the host. */
export function isLasting(step: Step): boolean {
  return step.kind === 'run' ? step.lasting === true : !step.path.startsWith('/run/')
}

/** A fact going from `before` to `after`, with the steps that do it and the steps that undo it. */
export interface Change {
  /** Key and path of the smallest thing that changes: `sysctl/net.mptcp.enabled`, `file//etc/sysctl.d/90-mptcp.conf`. */
  fact: string
  /** JSON-like; null means absent. */
  before: unknown
  after: unknown
  /** Further facts (key and path) that the same steps alter, to their new value, null (absent) or UNKNOWN. */
  effects?: Readonly<Record<string, unknown>>
  /** One line in the imperative: `set net.mptcp.enabled to 1`. */
  summary: string
  apply: readonly Step[]
  undo: readonly Step[]
  /** True if the steps could cut the connection that carries SSH. */
  disruptive: boolean
  /** It is not to be shown, since its task stands under `no_log: true`: see no-log.ts. */
  noLog?: boolean
  /** What it does cannot be read back: verify does not plan it again. */
  opaque?: boolean
}

/** A change in its place: the engine adds host and task. */
export interface PlannedChange extends Change {
  host: string
  /** Name of the task as written, else the module's name. */
  task: string
  module: string
  /** Names what an opaque task does in the journal, without saying what it is. */
  key?: string
  /** Index of the play in the run, from 0, which it is unless given. */
  play?: number
  /** Index of the task in its play, from 0. */
  taskIndex: number
  /** The task stands under `check_mode: true`: shown and counted, never applied. */
  checkOnly: boolean
  /** Guard time in seconds that the task asks for, null for none; unset: the run's. */
  guard?: number | null
}

/** Something worth telling beside the changes: a choice made, a limit, a thing left alone. */
export interface Note {
  summary: string
  /** To be told also where nothing else is to be told of the host. */
  isWarning?: boolean
  detail?: string
}

/** Why a wish cannot be met on this host; the host then fails before anything is changed. */
export interface Problem {
  /** Key and path of the fact that it is about, where it is about one. */
  fact?: string
  code: string
  summary: string
  detail?: string
  hint?: string
}

/** What a module's plan returns for one host. No changes: already so. */
export interface PlanResult {
  changes: Change[]
  notes?: Note[]
  problems?: Problem[]
}

/** What a fleet module's plan returns for one of its hosts. */
export interface FleetPlanResult extends PlanResult {
  /** Why the host is left out: its peers have no part. */
  skipped?: string
}
