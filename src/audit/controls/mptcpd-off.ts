/** The daemon mptcpd does not manage paths beside the kernel. */
import * as z from 'zod'
import { unitFact } from '../../facts/unit.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, notApplicable, pass } from '../define.ts'

const unit = unitFact('mptcp.service')

export const mptcpdOff = defineControl({
  id: 'mptcpd-off',
  title: 'The daemon mptcpd neither runs nor starts at boot',
  rationale: 'It sets limits and endpoints of its own, against what was declared.',
  severity: 'medium',
  nist: ['CM-7'],
  references: ['guide: Installing mptcpize', 'mptcpd(8)'],
  params: z.strictObject({}),
  facts: () => ({ unit }),
  check: (_, { unit: { exists, enabled, active } }) => {
    if (!exists) return notApplicable('it is not installed')
    const seen: Evidence[] = [
      { kind: 'running', fact: 'unit/mptcp.service/active', value: active },
      { kind: 'persistent', fact: 'unit/mptcp.service/enabled', value: enabled },
    ]
    const remedy = { module: 'mptcp_tools', params: { daemon: 'off' } }
    const wrong = [...(active === 'active' ? ['it runs'] : []), ...(enabled === 'enabled' ? ['it starts at boot'] : [])]
    return wrong.length === 0 ? pass('it is off', ...seen) : fail(wrong.join(' and '), remedy, ...seen)
  },
})
