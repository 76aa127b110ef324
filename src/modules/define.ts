import type { z } from 'zod'
import type { Have } from '../facts/define.ts'
import type { Fact } from '../model/fact.ts'
import type { FleetPlanResult, PlanResult, Problem } from '../model/change.ts'
import type { TrialResult } from '../model/report.ts'

type FactMap = Record<string, Fact<any>>

interface ModuleBase<P, F extends FactMap> {
  name: string
  summary: string
  /** Longer explanation for `doc`, in Markdown-free prose; empty where the summary says it all. */
  description: string
  /**
   * A piece of a playbook: tasks, or plays where it matters on which host. Where one wish would contradict another they
   * are documents of their own (`---`). The tests apply it to System A and System B of inventories/pair.yml.
   */
  example: string
  /** Strict; descriptions are the documentation, defaults are applied. */
  params: z.ZodType<P>
  /** The parameter that a text in the place of parameters is, as in `command: ip link show`; unset: none may stand there. */
  freeForm?: string
  /** What must be read before planning. */
  facts: (want: P) => F
}

/** The text of a file of the controller that the parameter `param` names. */
export type ReadFile = (path: string, param: string) => string

/** Plans one host from its own facts. */
export interface HostModule<P = any, F extends FactMap = any> extends ModuleBase<P, F> {
  kind: 'host'
  /**
   * It runs what the playbook's author wrote, so that nobody can say what else it changes: what a later task reads is read
   * again first. Its changes are `opaque`, and their fact is its name. Its parameters have `disruptive` and `undo`.
   */
  opaque?: boolean
  /** Takes files of the controller into its parameters, before any host is reached. */
  load?: (want: P, read: ReadFile) => P
  plan: (want: P, have: Have<F>) => PlanResult
}

/** A host of a fleet module or trial that cannot take part, with the reason (unreachable, failed). */
export type Absent = Readonly<Record<string, string>>

/** Plans several hosts from all their facts; runs once at its place. */
export interface FleetModule<P = any, F extends FactMap = any> extends ModuleBase<P, F> {
  kind: 'fleet'
  /** Names of the hosts it is about. */
  hosts: (want: P) => string[]
  /** `have` lacks the hosts of `absent`. Returns a plan for every host of `have`. */
  plan: (want: P, have: Readonly<Record<string, Have<F>>>, absent: Absent) => Record<string, FleetPlanResult>
}

/**
 * One end-to-end test between two hosts: shell texts for both and a pure judge of what they printed. Both run as
 * POSIX sh with LC_ALL=C and a PATH with sbin, as root where become says so, within `timeoutSeconds`.
 */
export interface TrialPlan {
  server: string
  client: string
  /**
   * Prints a line `READY WORD…` when the client may start. Its stdin stays open until the client has ended or the
   * connection is lost: at end of file it stops all it started, prints its evidence and exits.
   */
  serverScript: string
  /** Gets the words of the server's READY line. Its stdin is empty. */
  clientScript: (ready: string[]) => string
  timeoutSeconds: number
  judge: (output: { server: TrialOutput; client: TrialOutput }) => TrialResult
}

/** What one end printed. rc is null where the connection was lost, 124 where the time was up. */
export interface TrialOutput {
  stdout: string
  stderr: string
  rc: number | null
  /** Why it did not run or end as it should, else null. */
  failure: string | null
}

/** Acts across hosts on purpose, changes nothing lasting, returns evidence; never run by check mode. */
export interface TrialModule<P = any, F extends FactMap = any> extends ModuleBase<P, F> {
  kind: 'trial'
  hosts: (want: P) => string[]
  /** The pairs it tests, in order; known before anything is gathered. */
  pairs: (want: P) => { server: string; client: string }[]
  /** From verified facts: how to run one pair, or why it cannot be run (what is missing, and on which host). */
  prepare: (
    want: P,
    pair: { server: string; client: string },
    have: Readonly<Record<string, Have<F>>>,
  ) => TrialPlan | { problems: Problem[] }
}

/**
 * Holds hosts against controls and changes nothing; what is to be read follows from the profile, which lies beyond this
 * room: see engine/audit/task.ts.
 */
export interface AuditModule<P = any> extends ModuleBase<P, Record<string, never>> {
  kind: 'audit'
}

export type Module = HostModule | FleetModule | TrialModule | AuditModule

export function defineModule<P, F extends FactMap>(module: Omit<HostModule<P, F>, 'kind'>): HostModule<P, F> {
  return { kind: 'host', ...module }
}

export function defineFleetModule<P, F extends FactMap>(module: Omit<FleetModule<P, F>, 'kind'>): FleetModule<P, F> {
  return { kind: 'fleet', ...module }
}

export function defineTrial<P, F extends FactMap>(module: Omit<TrialModule<P, F>, 'kind'>): TrialModule<P, F> {
  return { kind: 'trial', ...module }
}

export function defineAudit<P>(module: Omit<AuditModule<P>, 'kind'>): AuditModule<P> {
  return { kind: 'audit', ...module }
}
