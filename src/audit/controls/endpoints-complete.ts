/** Each address that should be a path's end has an endpoint. */
import * as z from 'zod'
import { addresses } from '../../facts/addresses.ts'
import { endpoints } from '../../facts/mptcp_endpoints.ts'
import type { Evidence } from '../../model/audit.ts'
import type { EndpointFlag } from '../../mptcp/endpoint-flags.ts'
import { isLinkLocal, isLoopback } from '../../text/ip.ts'
import { defineControl, fail, notApplicable, pass } from '../define.ts'
import { declareEndpoints, madeEndpoints, seenEndpoint } from '../endpoints.ts'
import { isPlace, placeSchema } from '../places.ts'

const FLAGS: Readonly<Record<'server' | 'client', EndpointFlag[]>> = { server: ['signal'], client: ['subflow'] }

export const endpointsComplete = defineControl({
  id: 'endpoints-complete',
  title: 'Each path that the profile asks for has an endpoint',
  rationale: 'An address without an endpoint is neither announced nor used: its link stays idle, and nothing says so.',
  severity: 'medium',
  nist: ['CM-6', 'CP-8'],
  references: ['guide: Announcing Addresses', 'ip-mptcp(8)'],
  params: z.strictObject({
    paths: z
      .array(placeSchema)
      .default([])
      .describe('addresses, networks or cards, of each of which every address must have an endpoint'),
    min: z.int().min(0).max(255).default(0).describe('endpoints that must be there at least'),
    role: z
      .enum(['any', 'server', 'client'])
      .default('any')
      .describe('what --fix makes of an address: server: it is announced; client: it opens subflows; any: nothing'),
  }),
  facts: () => ({ endpoints, addresses }),
  check: ({ paths, min, role }, { endpoints: declared, addresses: own }) => {
    if (paths.length === 0 && min === 0) return notApplicable('the profile asks for no paths')
    const made = madeEndpoints(declared)
    const usable = own.filter(({ address }) => !isLoopback(address) && !isLinkLocal(address))
    const wanted = paths.map((path) => ({
      path,
      own: usable.filter(({ address, dev }) => isPlace(path, address, dev)),
    }))
    const lacking = wanted
      .flatMap((one) => one.own)
      .filter(({ address }, index, all) => all.findIndex((other) => other.address === address) === index)
      .filter(({ address }) => !made.some(({ endpoint }) => endpoint.address === address))
    const seen: Evidence[] = [
      ...made.map(({ key, endpoint }) => seenEndpoint(key, endpoint.flags)),
      ...lacking.map(({ address }) => seenEndpoint(address, null)),
    ]
    const wrong = [
      ...wanted.flatMap(({ path, own: found }) =>
        found.length === 0 ? [`${path}: the host has no address of it`] : [],
      ),
      ...lacking.map(({ address, dev }) => `${address} on ${dev} has no endpoint`),
      ...(made.length < min ? [`${made.length} endpoints are there, needed are ${min}`] : []),
    ]
    if (wrong.length === 0) return pass(`${made.length} endpoints, for each path that is asked for`, ...seen)
    const wishes = role === 'any' ? [] : lacking.map(({ address }) => ({ address, port: null, flags: FLAGS[role] }))
    return fail(wrong.join('; '), declareEndpoints(wishes, own), ...seen)
  },
})
