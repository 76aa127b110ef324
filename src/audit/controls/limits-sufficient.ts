/** The path manager's limits leave room for the paths that are wanted. */
import * as z from 'zod'
import { limits } from '../../facts/mptcp_limits.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, pass } from '../define.ts'

export const limitsSufficient = defineControl({
  id: 'limits-sufficient',
  title: 'The limits allow the paths that the profile asks for',
  rationale: 'With the kernel’s own 0 for accepted announcements a client never uses what a server announces.',
  severity: 'high',
  nist: ['CM-6', 'SC-5'],
  references: ['guide: Configuring Subflow Limits', 'ip-mptcp(8)'],
  params: z.strictObject({
    subflows: z.int().min(0).default(1).describe('extra subflows a connection must be allowed at least'),
    add_addr_accepted: z.int().min(0).default(0).describe('announced addresses that must be accepted at least'),
  }),
  facts: () => ({ limits }),
  check: (want, { limits: { subflows, addAddrAccepted } }) => {
    const seen: Evidence[] = [
      { kind: 'running', fact: 'limits/subflows', value: subflows },
      { kind: 'running', fact: 'limits/addAddrAccepted', value: addAddrAccepted },
    ]
    const short = [
      ...(subflows < want.subflows ? [`subflows is ${subflows}, needed are ${want.subflows}`] : []),
      ...(addAddrAccepted < want.add_addr_accepted
        ? [`add_addr_accepted is ${addAddrAccepted}, needed are ${want.add_addr_accepted}`]
        : []),
    ]
    if (short.length === 0) return pass(`subflows ${subflows}, add_addr_accepted ${addAddrAccepted}`, ...seen)
    const params = {
      subflows: Math.max(subflows, want.subflows),
      add_addr_accepted: Math.max(addAddrAccepted, want.add_addr_accepted),
    }
    return fail(short.join('; '), { module: 'mptcp_limits', params }, ...seen)
  },
})
