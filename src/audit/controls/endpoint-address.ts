/** Each endpoint's address is on a link that is up. */
import * as z from 'zod'
import { addresses } from '../../facts/addresses.ts'
import { links } from '../../facts/links.ts'
import { endpoints } from '../../facts/mptcp_endpoints.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, notApplicable, pass } from '../define.ts'

export const endpointAddress = defineControl({
  id: 'endpoint-address',
  title: 'Each endpoint has an address of this host, on a link that is up',
  rationale: 'The kernel accepts addresses that are on no interface; no subflow ever comes of them.',
  severity: 'high',
  nist: ['CM-6', 'SC-7'],
  references: ['guide: Announcing Addresses', 'ip-mptcp(8)'],
  params: z.strictObject({}),
  facts: () => ({ endpoints, addresses, links }),
  check: (_, { endpoints: declared, addresses: own, links: there }) => {
    const all = Object.entries(declared).filter(([, { flags }]) => !flags.includes('implicit'))
    if (all.length === 0) return notApplicable('there are no endpoints')
    const wrong = all.flatMap(([key, { address }]): { said: string; seen: Evidence }[] => {
      const home = own.find((one) => one.address === address)
      const link = home === undefined ? undefined : there[home.dev]
      if (link?.up === true) return []
      const said = home === undefined ? `${address} is on no link` : `${address}: ${home.dev} is down`
      return [{ said, seen: { kind: 'running', fact: `endpoint/${key}`, value: home?.dev ?? null } }]
    })
    if (wrong.length === 0) return pass(`${all.length} endpoints, each on a link that is up`)
    return fail(wrong.map(({ said }) => said).join('; '), null, ...wrong.map(({ seen }) => seen))
  },
})
