/** There is room for the endpoints in the kernel's table, and for their subflows in the limits. */
import * as z from 'zod'
import { endpoints } from '../../facts/mptcp_endpoints.ts'
import { limits } from '../../facts/mptcp_limits.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, notApplicable, pass } from '../define.ts'

export const endpointCapacity = defineControl({
  id: 'endpoint-capacity',
  title: 'The subflow limit leaves room for each endpoint that opens subflows',
  rationale: 'Endpoints beyond the limit are never used, and nothing says so.',
  severity: 'medium',
  nist: ['CM-6', 'CP-8'],
  references: ['ip-mptcp(8), limits', 'guide: Configuring Subflow Limits'],
  params: z.strictObject({}),
  facts: () => ({ endpoints, limits }),
  check: (_, { endpoints: declared, limits: { subflows } }) => {
    const opening = Object.values(declared).filter(({ flags }) => flags.includes('subflow'))
    if (opening.length === 0) return notApplicable('no endpoint opens subflows')
    const seen: Evidence[] = [
      { kind: 'running', fact: 'endpoint', value: opening.map(({ address }) => address) },
      { kind: 'running', fact: 'limits/subflows', value: subflows },
    ]
    const said = `${opening.length} endpoints open subflows, ${subflows} are allowed`
    if (opening.length <= subflows) return pass(said, ...seen)
    return fail(said, { module: 'mptcp_limits', params: { subflows: opening.length } }, ...seen)
  },
})
