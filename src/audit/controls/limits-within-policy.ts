/** The limits are not above what the profile allows. */
import * as z from 'zod'
import { limits } from '../../facts/mptcp_limits.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, pass } from '../define.ts'

export const limitsWithinPolicy = defineControl({
  id: 'limits-within-policy',
  title: 'The limits are not above what the profile allows',
  rationale: 'Each extra subflow costs memory and handshakes that a peer can ask for at will.',
  severity: 'medium',
  nist: ['CM-6', 'SC-5'],
  references: ['guide: Configuring Subflow Limits', 'RFC 8684 section 5'],
  params: z.strictObject({
    subflows: z.int().min(0).default(8).describe('extra subflows a connection may have at most'),
    add_addr_accepted: z.int().min(0).default(8).describe('announced addresses that may be accepted at most'),
  }),
  facts: () => ({ limits }),
  check: (want, { limits: { subflows, addAddrAccepted } }) => {
    const seen: Evidence[] = [
      { kind: 'running', fact: 'limits/subflows', value: subflows },
      { kind: 'running', fact: 'limits/addAddrAccepted', value: addAddrAccepted },
    ]
    const above = [
      ...(subflows > want.subflows ? [`subflows is ${subflows}, allowed are ${want.subflows}`] : []),
      ...(addAddrAccepted > want.add_addr_accepted
        ? [`add_addr_accepted is ${addAddrAccepted}, allowed are ${want.add_addr_accepted}`]
        : []),
    ]
    if (above.length === 0) return pass(`subflows ${subflows}, add_addr_accepted ${addAddrAccepted}`, ...seen)
    const params = {
      subflows: Math.min(subflows, want.subflows),
      add_addr_accepted: Math.min(addAddrAccepted, want.add_addr_accepted),
    }
    return fail(above.join('; '), { module: 'mptcp_limits', params }, ...seen)
  },
})
