/** Sets the path manager's limits, now and at boot. */
import * as z from 'zod'
import { identity } from '../facts/identity.ts'
import { limits } from '../facts/mptcp_limits.ts'
import { mptcpPersisted } from '../facts/mptcp_persisted.ts'
import { defineModule } from './define.ts'
import { planRunningLimits, withLimits } from './lib/limits.ts'
import { planPersisted } from './lib/persisted.ts'
import { mergePlans, finishPlan } from './lib/steps.ts'

export const mptcpLimits = defineModule({
  name: 'mptcp_limits',
  summary: 'Limit how many extra subflows a connection opens and how many announced addresses it accepts.',
  description:
    'Both count beyond the first subflow. Only the connecting side needs add_addr_accepted, but both sides need ' +
    "subflows. A limit that is not given stays as it is. The greatest value is the kernel's own (8 up to Linux 6.18). " +
    'With the values that the kernel starts with (2 and 0) nothing need be restored at boot.',
  example: `- name: one extra path
  mptcp_limits:
    subflows: 1
    add_addr_accepted: 1
`,
  params: z
    .strictObject({
      subflows: z
        .int()
        .min(0)
        .optional()
        .describe('extra subflows that a connection may have; the kernel starts with 2'),
      add_addr_accepted: z
        .int()
        .min(0)
        .optional()
        .describe('addresses announced by the other side to which subflows are opened; the kernel starts with 0'),
      persist: z.boolean().default(true).describe('also at boot, by mptcp-fleet.service'),
    })
    .refine((want) => want.subflows !== undefined || want.add_addr_accepted !== undefined, {
      error: 'give subflows or add_addr_accepted or both',
    }),
  facts: () => ({ identity, limits, persisted: mptcpPersisted }),
  plan: (want, have) => {
    const wish = { subflows: want.subflows ?? null, addAddrAccepted: want.add_addr_accepted ?? null }
    const running = planRunningLimits(wish, have.limits)
    const persisted = want.persist
      ? planPersisted(have.persisted, withLimits(have.persisted, wish), have.identity)
      : { changes: [] }
    return finishPlan(have.identity, mergePlans(running, persisted))
  },
})
