/** Plans the path manager's limits: in the kernel, and in the model that is restored at boot. */
import type { Limits } from '../../facts/mptcp_limits.ts'
import type { Change, PlanResult, Problem } from '../../model/change.ts'
import type { PersistedModel } from '../../mptcp/restore-script.ts'
import { run } from './steps.ts'

/** Wished limits; null leaves one as it is. */
export interface LimitsWish {
  subflows: number | null
  addAddrAccepted: number | null
}

/** Names of the limits as `ip mptcp limits set` takes them. */
const ARGUMENT = { subflows: 'subflows', addAddrAccepted: 'add_addr_accepted' } as const
export const LIMIT_NAMES = ['subflows', 'addAddrAccepted'] as const

/** Changes of the running limits; above the kernel's maximum a problem that names it. */
export function planRunningLimits(want: LimitsWish, have: Limits): PlanResult {
  const problems: Problem[] = []
  const changes: Change[] = []
  for (const name of LIMIT_NAMES) {
    const value = want[name]
    if (value === null) continue
    if (have.max !== null && value > have.max) {
      problems.push({
        code: 'limit-too-high',
        summary: `${ARGUMENT[name]} ${value} is more than this kernel allows: its maximum is ${have.max}`,
        hint: `use ${have.max} or less`,
      })
    } else if (value !== have[name]) {
      changes.push({
        fact: `limits/${name}`,
        before: have[name],
        after: value,
        summary: `set limit ${ARGUMENT[name]} to ${value} (was ${have[name]})`,
        apply: [run('ip', 'mptcp', 'limits', 'set', ARGUMENT[name], String(value))],
        undo: [run('ip', 'mptcp', 'limits', 'set', ARGUMENT[name], String(have[name]))],
        disruptive: false,
      })
    }
  }
  return { changes, problems }
}

/** What every network namespace starts with (net/mptcp/pm_kernel.c): needs no restoring. */
const KERNEL_LIMITS = { subflows: 2, addAddrAccepted: 0 } as const

/** The model with the wished limits in it; without any where all those are wished that the kernel starts with. */
export function withLimits(model: PersistedModel, want: LimitsWish): PersistedModel {
  const { subflows, addAddrAccepted } = model.limits
  const limits = { subflows: want.subflows ?? subflows, addAddrAccepted: want.addAddrAccepted ?? addAddrAccepted }
  const usual = LIMIT_NAMES.every((name) => want[name] === KERNEL_LIMITS[name])
  return { limits: usual ? { subflows: null, addAddrAccepted: null } : limits, endpoints: model.endpoints }
}
