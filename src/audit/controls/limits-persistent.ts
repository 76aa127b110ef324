/** The limits of now are those of the next boot. */
import * as z from 'zod'
import { limits } from '../../facts/mptcp_limits.ts'
import { mptcpPersisted } from '../../facts/mptcp_persisted.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, pass } from '../define.ts'

/** What the kernel starts with (net/mptcp/pm_netlink.c). */
const KERNEL = { subflows: 2, addAddrAccepted: 0 } as const

export const limitsPersistent = defineControl({
  id: 'limits-persistent',
  title: 'The limits of now come back at boot',
  rationale: 'Limits live in the kernel alone: unless something restores them a reboot takes them away.',
  severity: 'high',
  nist: ['CM-2', 'CM-6', 'CP-10'],
  references: ['guide: Making Subflow Limits Persistent', 'ip-mptcp(8)'],
  params: z.strictObject({}),
  facts: () => ({ limits, persisted: mptcpPersisted }),
  check: (_, { limits: running, persisted }) => {
    const boots = persisted.unitEnabled ? persisted.limits : { subflows: null, addAddrAccepted: null }
    const next = {
      subflows: boots.subflows ?? KERNEL.subflows,
      addAddrAccepted: boots.addAddrAccepted ?? KERNEL.addAddrAccepted,
    }
    const seen = (['subflows', 'addAddrAccepted'] as const).flatMap((name): Evidence[] => [
      { kind: 'running', fact: `limits/${name}`, value: running[name] },
      { kind: 'persistent', fact: `mptcp_persisted/limits/${name}`, value: next[name] },
    ])
    const same = running.subflows === next.subflows && running.addAddrAccepted === next.addAddrAccepted
    if (same) return pass('the boot brings the same limits', ...seen)
    const params = { subflows: running.subflows, add_addr_accepted: running.addAddrAccepted, persist: true }
    const said = `subflows ${running.subflows} and add_addr_accepted ${running.addAddrAccepted} now, ${next.subflows} and ${next.addAddrAccepted} after a boot`
    return fail(said, { module: 'mptcp_limits', params }, ...seen)
  },
})
