/** What the controls of endpoints share. */
import type { Addresses } from '../facts/addresses.ts'
import { addresses } from '../facts/addresses.ts'
import type { Endpoints } from '../facts/mptcp_endpoints.ts'
import { endpoints } from '../facts/mptcp_endpoints.ts'
import { mptcpPersisted } from '../facts/mptcp_persisted.ts'
import { nm } from '../facts/nm.ts'
import { nmProfiles } from '../facts/nm_profile.ts'
import { routing } from '../facts/routing.ts'
import type { Evidence, Remedy } from '../model/audit.ts'
import type { EndpointFlag } from '../mptcp/endpoint-flags.ts'
import { orderFlags } from '../mptcp/endpoint-flags.ts'

/** From which it is told whose each endpoint is: see facts/read/owner.ts. */
export const ownerFacts = { endpoints, addresses, routing, nm, nmProfiles, persisted: mptcpPersisted }

interface Declared {
  address: string
  port: number | null
  flags: readonly EndpointFlag[]
}

/** Endpoints that somebody made: the kernel's own (flag implicit) are left out. */
export function madeEndpoints(declared: Endpoints): { key: string; endpoint: Endpoints[string] }[] {
  return Object.entries(declared).flatMap(([key, endpoint]) =>
    endpoint.flags.includes('implicit') ? [] : [{ key, endpoint }],
  )
}

/** Declares these; null where none has an address of the host, since then no task can. */
export function declareEndpoints(wanted: readonly Declared[], own: Addresses): Remedy | null {
  const listed = wanted
    .filter(({ address }) => own.some((one) => one.address === address))
    .map(({ address, port, flags }) => ({ address, flags: orderFlags(flags), ...(port !== null && { port }) }))
  return listed.length === 0 ? null : { module: 'mptcp_endpoints', params: { endpoints: listed } }
}

export function seenEndpoint(key: string, value: unknown): Evidence {
  return { kind: 'running', fact: `endpoint/${key}`, value }
}
