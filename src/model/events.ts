import type { Note, PlannedChange, Problem } from './change.ts'
import type { Finding } from './finding.ts'
import type { ChangeReport, HostReport, RunReport, TrialResult } from './report.ts'

/** What would be, or is about to be, done on one host in one play. */
export interface HostPlan {
  host: string
  changes: PlannedChange[]
  notes: (Note & { task: string })[]
  problems: (Problem & { task: string })[]
  /** Names of tasks that can only be planned once earlier changes are made, with the reason. */
  afterApply: { task: string; reason: string }[]
}

/** The plan of one batch of one play (of one segment of it, where something had to be applied first). */
export interface PlayPlan {
  play: string
  batch: number
  batches: number
  /** Names of all the play's tasks, in their order. */
  tasks: string[]
  hosts: HostPlan[]
  /** Trials that follow; listed, never run by check mode. */
  trials: { task: string; server: string; client: string }[]
}

/** The flags and files of a run, as they were given; relative to the working directory of then. */
export interface RunRequestRecord {
  playbooks: string[]
  inventories: string[]
  limit: string | null
  tags: string[]
  skipTags: string[]
  /** The run that this one takes up. */
  resumes?: string | undefined
}

/** `waiting`: done with the phase before, or failed in it, while other hosts of the batch are not. */
export type HostPhase =
  | 'connecting'
  | 'gathering'
  | 'planned'
  | 'applying'
  | 'verifying'
  | 'committing'
  | 'undoing'
  | 'waiting'

/** All that happens in a run, in order; the terminal view, NDJSON output and the store subscribe. */
export type RunEvent =
  | {
      type: 'run-started'
      runId: string
      command: string
      check: boolean
      startedAt: string
      hosts: string[]
      /** What the run was asked to do, so that it can be taken up again. */
      request?: RunRequestRecord
    }
  | { type: 'play-started'; play: string; batch: number; batches: number; hosts: string[] }
  | { type: 'host-phase'; host: string; phase: HostPhase }
  | { type: 'plan-ready'; plan: PlayPlan }
  /**
   * Before the first step runs: what is about to be done, with its undo. `attempt`: under which name the host keeps its
   * record; `guard`: seconds until the host takes it back unless it is confirmed, or null.
   */
  | {
      type: 'apply-started'
      host: string
      address: string
      /** As whom it is done, null: as the user who logs in. */
      become: string | null
      attempt: string
      guard: number | null
      changes: PlannedChange[]
    }
  /** Before what was verified is made to last. */
  | { type: 'commit-started'; host: string }
  | { type: 'change-finished'; host: string; change: ChangeReport }
  /**
   * All changes of an apply-started, as far as it is known what became of them. `observed`: of each, what was read of its
   * fact when it was verified; undefined: not read. For the store alone: values are as they are.
   */
  | { type: 'apply-finished'; host: string; changes: ChangeReport[]; observed: unknown[] }
  /** What a host says of an apply of an earlier run; `outcome` null: it knows nothing of it. */
  | { type: 'recovered'; host: string; attempt: string; outcome: string | null; changes: ChangeReport[] }
  | { type: 'trial-started'; task: string; server: string; client: string }
  | { type: 'trial-finished'; task: string; result: TrialResult }
  /** A host was held against a profile; `passed`: controls that pass. */
  | { type: 'audit-finished'; task: string; host: string; passed: number; findings: Finding[] }
  /** A host's part is over: all its tasks are done, or it failed. */
  | { type: 'host-finished'; host: HostReport }
  | { type: 'run-finished'; report: RunReport }

/**
 * A subscriber. What it does asynchronously it orders itself. Must not throw, but for one: the store throws HostError at
 * `apply-started` where it cannot keep the undo record, and the host is then not changed.
 */
export type Emit = (event: RunEvent) => void
