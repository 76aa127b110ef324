/**
 * There is room in the limits for the subflows of endpoints. A connection that begins at the address of an endpoint has
 * used it then (net/mptcp/pm_kernel.c, id 0); one that begins elsewhere, which a single endpoint is there for, opens a
 * subflow from each.
 */
import * as z from 'zod'
import { addresses } from '../../facts/addresses.ts'
import { endpoints } from '../../facts/mptcp_endpoints.ts'
import { limits } from '../../facts/mptcp_limits.ts'
import { routing } from '../../facts/routing.ts'
import type { Evidence } from '../../model/audit.ts'
import { usualSource } from '../../mptcp/source-ways.ts'
import { parseAddress } from '../../text/ip.ts'
import { defineControl, fail, notApplicable, pass } from '../define.ts'

export const endpointCapacity = defineControl({
  id: 'endpoint-capacity',
  title: 'The subflow limit leaves room for each endpoint that opens subflows',
  rationale: 'Endpoints beyond the limit are never used, and nothing says so.',
  severity: 'medium',
  nist: ['CM-6', 'CP-8'],
  references: ['ip-mptcp(8), limits', 'guide: Configuring Subflow Limits'],
  params: z.strictObject({}),
  facts: () => ({ endpoints, limits, addresses, routing }),
  check: (_, { endpoints: declared, limits: { subflows }, addresses: own, routing: tables }) => {
    const opening = Object.values(declared).filter(({ flags }) => flags.includes('subflow'))
    if (opening.length === 0) return notApplicable('no endpoint opens subflows')
    const seen: Evidence[] = [
      { kind: 'running', fact: 'endpoint', value: opening.map(({ address }) => address) },
      { kind: 'running', fact: 'limits/subflows', value: subflows },
    ]
    // A connection uses endpoints of its own family.
    const needed = Math.max(
      ...([4, 6] as const).map((family) => {
        const all = opening.filter(({ address }) => parseAddress(address)?.family === family)
        const usual = usualSource(family, own, tables)
        const isOutside = usual !== null && !all.some(({ address }) => address === usual)
        return all.length > 1 && !isOutside ? all.length - 1 : all.length
      }),
    )
    const said = `${opening.length} endpoints open subflows: beside its first a connection needs ${needed}, ${subflows} are allowed`
    if (needed <= subflows) return pass(said, ...seen)
    return fail(said, { module: 'mptcp_limits', params: { subflows: needed } }, ...seen)
  },
})
