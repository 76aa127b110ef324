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
