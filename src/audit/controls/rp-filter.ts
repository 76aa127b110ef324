/** The reverse path filter lets in what comes to each endpoint. */
import * as z from 'zod'
import type { Address } from '../../facts/addresses.ts'
import { addresses } from '../../facts/addresses.ts'
import { endpoints } from '../../facts/mptcp_endpoints.ts'
import { netFilters } from '../../facts/net_filters.ts'
import type { Routing } from '../../facts/routing.ts'
import { routing } from '../../facts/routing.ts'
import type { Evidence } from '../../model/audit.ts'
import { inForce } from '../../mptcp/arp.ts'
import { waysFrom } from '../../mptcp/source-ways.ts'
import { parseAddress } from '../../text/ip.ts'
import { defineControl, fail, notApplicable, notTested, pass } from '../define.ts'
import { madeEndpoints } from '../endpoints.ts'

/** Documentation/networking/ip-sysctl.rst: the greater value of `all` and the interface counts; 1 is strict. */
const STRICT = 1

/** An address that is nobody's (RFC 2544). */
const BEYOND = '198.18.0.1'

export const rpFilter = defineControl({
  id: 'rp-filter',
  title: 'The reverse path filter lets in what comes to each endpoint',
  rationale: 'Strict filtering drops packets of a path whose way back leads through another link.',
  severity: 'medium',
  nist: ['SC-7', 'CM-6'],
  references: ['kernel: Documentation/networking/ip-sysctl.rst, rp_filter', 'RFC 3704'],
  params: z.strictObject({
    allow_strict: z.boolean().default(false).describe('true: strict filtering is wanted, and routes are made for it'),
    destinations: z
      .array(z.string().refine((text) => parseAddress(text) !== null, 'expected an IP address'))
      .default([])
      .describe('addresses that paths lead to; without any: as for source-routing'),
  }),
  facts: () => ({ endpoints, addresses, routing, filters: netFilters }),
  check: (want, { endpoints: declared, addresses: own, routing: tables, filters }) => {
    if (want.allow_strict) return notApplicable('the profile allows strict filtering')
    // Linux has this filter for IPv4 alone.
    const homes = madeEndpoints(declared).flatMap(
      ({ endpoint }) => own.find(({ address, family }) => family === 4 && address === endpoint.address) ?? [],
    )
    if (homes.length === 0) return notApplicable('no endpoint has an IPv4 address of this host')
    const valueOf = (dev: string): number => inForce(filters.rpFilter, dev)
    const devices = [...new Set(homes.map(({ dev }) => dev))]
    const seen = devices.map((dev): Evidence => ({
      kind: 'running',
      fact: `net_filters/rpFilter/${dev}`,
      value: valueOf(dev),
    }))
    const strict = homes.filter(({ dev }) => valueOf(dev) === STRICT)
    if (strict.length === 0) return pass('no device filters strictly', ...seen)
    const ways = strict.flatMap((home) => waysBack(home, tables, want.destinations))
    const dropped = ways.filter(({ route, home, unclear }) => route?.dev !== home && unclear.length === 0)
    if (dropped.length > 0) {
      const said = dropped.map(
        ({ from, to, home, route }) =>
          `${home} filters strictly (rp_filter 1), and ${route === null ? 'there is no way' : 'the way'} back from ${from} to ${to}${route === null ? '' : ` leaves by ${route.dev ?? 'no link'}`}`,
      )
      return fail(said.join('; '), null, ...seen)
    }
    const unclear = [...new Set(ways.flatMap((way) => way.unclear))]
    if (unclear.length > 0) return notTested(`${unclear.join(', ')} cannot be judged without a packet`, ...seen)
    const beyond = want.destinations.length > 0 ? [] : strict.filter((home) => isBeyondElsewhere(home, tables))
    if (beyond.length > 0) {
      const names = [...new Set(beyond.map(({ dev }) => dev))].join(', ')
      const reason = `${names}: strict filtering (rp_filter 1) lets in its own network alone, and the default route is by another link: name the destinations of the paths in the profile`
      return notTested(reason, ...seen)
    }
    return pass('where it is strict, the way back leads through the same link', ...seen)
  },
})

/** The filter looks up the way back as an answer of no socket's goes: bound to no device. */
function waysBack(home: Address, tables: Routing, destinations: readonly string[]): ReturnType<typeof waysFrom> {
  return waysFrom({ address: home.address, dev: null, flags: [] }, home, tables, destinations)
}

/** Whether what is beyond all networks of the host is reached by another link. */
function isBeyondElsewhere(home: Address, tables: Routing): boolean {
  return waysBack(home, tables, [BEYOND]).some(({ route }) => route !== null && route.dev !== home.dev)
}
