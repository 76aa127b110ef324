/** Small makers of steps and results that several modules share. */
import type { Identity } from '../../facts/identity.ts'
import type { PlanResult, RunStep } from '../../model/change.ts'

/** A step that runs a program. */
export function run(...argv: string[]): RunStep {
  return { kind: 'run', argv }
}

/** A step that runs a program for up to `timeout` seconds. */
export function runFor(timeout: number, ...argv: string[]): RunStep {
  return { kind: 'run', argv, timeout }
}

/**
 * The same step, whose work outlasts a reboot: under a guard it waits for the confirmation. `files` are those that its
 * program changes.
 */
export function lasting(step: RunStep, ...files: string[]): RunStep {
  return { ...step, lasting: true, ...(files.length === 0 ? {} : { files }) }
}

/** Makes a folder for files that outlast a reboot; one that is there is success. */
export function makeFolder(path: string): RunStep {
  return lasting(run('mkdir', '-p', '-m', '0755', path))
}

/** Removes such a folder unless something is left in it. */
export function removeFolder(path: string): RunStep {
  return lasting(run('rmdir', '--ignore-fail-on-non-empty', path))
}

/**
 * A plan as it leaves a module: without changes where there is a problem, and with a problem that says what to do where
 * there are changes and the user is not root.
 */
export function finishPlan(identity: Identity, plan: PlanResult): PlanResult {
  if ((plan.problems ?? []).length > 0) return { ...plan, changes: [] }
  if (identity.uid === 0 || plan.changes.length === 0) return plan
  const problem = {
    code: 'needs-root',
    summary: `changing this host needs root: ${plan.changes[0]!.summary}`,
    hint: 'set become: true on the play or task, or connect as root',
  }
  return { ...plan, changes: [], problems: [...(plan.problems ?? []), problem] }
}

/** One plan out of several, in their order. */
export function mergePlans(...plans: PlanResult[]): Required<PlanResult> {
  return {
    changes: plans.flatMap((plan) => plan.changes),
    notes: plans.flatMap((plan) => plan.notes ?? []),
    problems: plans.flatMap((plan) => plan.problems ?? []),
  }
}
