/** What the controls of endpoints share. */
import type { Addresses } from '../facts/addresses.ts'
import type { Endpoints } from '../facts/mptcp_endpoints.ts'
import type { Evidence, Remedy } from '../model/audit.ts'
import type { EndpointFlag } from '../mptcp/endpoint-flags.ts'
import { orderFlags } from '../mptcp/endpoint-flags.ts'

interface Declared {
  address: string
  port: number | null
  flags: readonly EndpointFlag[]
}

/** Endpoints that somebody made: the kernel's own (flag implicit) are left out. */
export function madeEndpoints(endpoints: Endpoints): { key: string; endpoint: Endpoints[string] }[] {
  return Object.entries(endpoints).flatMap(([key, endpoint]) =>
    endpoint.flags.includes('implicit') ? [] : [{ key, endpoint }],
  )
}

/** Declares these; null where none has an address of the host, since then no task can. */
export function declareEndpoints(wanted: readonly Declared[], own: Addresses): Remedy | null {
  const endpoints = wanted
    .filter(({ address }) => own.some((one) => one.address === address))
    .map(({ address, port, flags }) => ({ address, flags: orderFlags(flags), ...(port !== null && { port }) }))
  return endpoints.length === 0 ? null : { module: 'mptcp_endpoints', params: { endpoints } }
}

export function seenEndpoint(key: string, value: unknown): Evidence {
  return { kind: 'running', fact: `endpoint/${key}`, value }
}
