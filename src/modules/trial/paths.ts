/** Which paths a trial expects: what both hosts have between them, as far as endpoints make use of it. */
import type { Addresses } from '../../facts/addresses.ts'
import type { Links } from '../../facts/links.ts'
import type { Endpoint, Endpoints } from '../../facts/mptcp_endpoints.ts'
import type { Routing } from '../../facts/routing.ts'
import type { PairPath, Rejected } from '../../mptcp/pairing.ts'
import { candidatePaths, unfitReason } from '../../mptcp/pairing.ts'
import type { ProofPath } from '../../mptcp/proof-evidence.ts'
import { lookupRoute } from '../../mptcp/route.ts'
import { compareAddresses } from '../../text/ip.ts'
import { namedRecord } from '../../text/record.ts'

/** What is read of one end. */
export interface PathHost {
  name: string
  addresses: Addresses
  links: Links
  endpoints: Endpoints
  routing: Routing
}

export interface TrialPath extends ProofPath {
  family: 4 | 6
  /** Null where the two ends are in different networks. */
  network: string | null
  /** An endpoint of either end marks it as backup: it must join, but need not carry data. */
  backup: boolean
}

/**
 * The paths that endpoints make use of, the one for the first subflow first, lowest addresses first. Where only one
 * common network has an endpoint, one without carries the first subflow; where none has, two are returned, and the
 * proof will show what is missing. `rejected` says what is no path, and why.
 */
export function trialPaths(server: PathHost, client: PathHost): { paths: TrialPath[]; rejected: Rejected[] } {
  const candidates = candidatePaths(server, client)
  const all = candidates.paths.map((path) => toTrialPath(path, server, client)).toSorted(byAddress)
  const used = all.filter(({ serverAddress, clientAddress }) => {
    return flagsOf(server, serverAddress).includes('signal') || flagsOf(client, clientAddress).includes('subflow')
  })
  const spare = all.filter((path) => !used.includes(path))
  const common = [...spare.slice(0, Math.max(0, 2 - used.length)), ...used]
  const paths = common.length < 2 ? [...common, ...routedPaths(server, client, common)] : common
  return { paths: paths.toSorted((a, b) => Number(a.backup) - Number(b.backup)), rejected: candidates.rejected }
}

/** Device by address, of all addresses that may carry a subflow. */
export function usableDevices(host: PathHost): Record<string, string> {
  const fit = host.addresses.filter((own) => unfitReason(own, host) === null)
  return namedRecord(fit.map(({ address, dev }) => [address, dev]))
}

/** To addresses that the server announces and the client has a route to, by cards that no common network uses. */
function routedPaths(server: PathHost, client: PathHost, common: readonly TrialPath[]): TrialPath[] {
  const own = usableDevices(server)
  const found: TrialPath[] = []
  for (const { address, flags } of Object.values(server.endpoints)) {
    const serverDevice = own[address]
    const { route } = lookupRoute(client.routing, { dst: address })
    const from = client.addresses.find((a) => {
      return a.dev === route?.dev && a.family === route.family && (route.prefsrc ?? a.address) === a.address
    })
    if (!flags.includes('signal') || serverDevice === undefined || from === undefined) continue
    // An address that both have leads the client to itself.
    if (client.addresses.some((a) => a.address === address)) continue
    if ([...common, ...found].some((p) => p.serverDevice === serverDevice || p.clientDevice === from.dev)) continue
    const ends = { server: { address, dev: serverDevice }, client: { address: from.address, dev: from.dev } }
    found.push(toTrialPath({ family: from.family, network: null, ...ends, backup: null }, server, client))
  }
  return found
}

function toTrialPath(path: PairPath, server: PathHost, client: PathHost): TrialPath {
  const flags = [...flagsOf(server, path.server.address), ...flagsOf(client, path.client.address)]
  return {
    family: path.family,
    network: path.network,
    serverAddress: path.server.address,
    serverDevice: path.server.dev,
    clientAddress: path.client.address,
    clientDevice: path.client.dev,
    backup: flags.includes('backup'),
  }
}

function byAddress(a: TrialPath, b: TrialPath): number {
  return compareAddresses(a.serverAddress, b.serverAddress)
}

function flagsOf({ endpoints }: PathHost, address: string): Endpoint['flags'] {
  const found = Object.values(endpoints).find((endpoint) => endpoint.address === address)
  return found === undefined || found.flags.includes('implicit') ? [] : found.flags
}
