/** What leaves from an endpoint's address leaves by the card that has it. */
import * as z from 'zod'
import { addresses } from '../../facts/addresses.ts'
import { endpoints } from '../../facts/mptcp_endpoints.ts'
import { routing } from '../../facts/routing.ts'
import type { Evidence } from '../../model/audit.ts'
import { waysFrom } from '../../mptcp/source-ways.ts'
import { parseAddress } from '../../text/ip.ts'
import { defineControl, fail, notApplicable, notTested, pass } from '../define.ts'
import { madeEndpoints } from '../endpoints.ts'

export const sourceRouting = defineControl({
  id: 'source-routing',
  title: 'What leaves from an endpoint’s address leaves by its own link',
  rationale: 'Where routes and rules lead two addresses over one link, two subflows share it and fail together.',
  severity: 'high',
  nist: ['CP-8', 'SC-7', 'CM-6'],
  references: ['ip-rule(8)', 'guide: Announcing Addresses', 'RFC 8684 section 3.2'],
  params: z.strictObject({
    destinations: z
      .array(z.string().refine((text) => parseAddress(text) !== null, 'expected an IP address'))
      .default([])
      .describe(
        'addresses that paths lead to; without any: the network of each endpoint, and what is beyond where its link has a default route',
      ),
  }),
  facts: () => ({ endpoints, addresses, routing }),
  check: (want, { endpoints: declared, addresses: own, routing: tables }) => {
    const ways = madeEndpoints(declared).flatMap(({ endpoint }) => {
      const home = own.find(({ address }) => address === endpoint.address)
      return home === undefined ? [] : waysFrom(endpoint, home, tables, want.destinations)
    })
    if (ways.length === 0) return notApplicable('no endpoint has an address of this host and a way to look up')
    const seen = ways.map(({ from, to, route }): Evidence => ({
      kind: 'running',
      fact: 'routing',
      value: `${from} to ${to}: ${route === null ? 'no route' : `${route.dev ?? 'no link'}, table ${route.table}`}`,
    }))
    const astray = ways.filter(({ route, home, unclear }) => route?.dev !== home && unclear.length === 0)
    if (astray.length > 0) {
      const said = astray.map(
        ({ from, to, home, route }) =>
          `from ${from} to ${to} ${route === null ? 'there is no route' : `leads ${route.dev ?? 'no link'}`}, not ${home}`,
      )
      return fail(said.join('; '), null, ...seen)
    }
    const unclear = [...new Set(ways.flatMap((way) => way.unclear))]
    if (unclear.length > 0) return notTested(`${unclear.join(', ')} cannot be judged without a packet`, ...seen)
    return pass('each endpoint leaves by its own link', ...seen)
  },
})
