/**
 * Which paths two hosts have between them, from the addresses of both: networks in which each has an address of its own
 * on a link that is up. Each pair of links counts once, since two networks over the same cards are one path.
 */
import { contains, isLinkLocal, isLoopback, networkOf } from '../text/ip.ts'
import type { RoutingTables } from './route.ts'
import { lookupRoute } from './route.ts'

export interface HostAddress {
  dev: string
  family: 4 | 6
  address: string
  prefix: number
  tentative: boolean
  /** Given for a limited time; another one may follow. */
  dynamic: boolean
}

/** What pairing must know of one host. */
export interface PairHost {
  name: string
  addresses: readonly HostAddress[]
  links: Readonly<Record<string, { up: boolean; loopback: boolean }>>
  routing: RoutingTables
}

export interface PathEnd {
  address: string
  dev: string
}

export interface PairPath {
  family: 4 | 6
  /** `192.0.2.0/24`; null where the two ends are in different networks. */
  network: string | null
  server: PathEnd
  client: PathEnd
  /** Null: not said. */
  backup: boolean | null
}

/** What is no path, and why. */
export interface Rejected {
  what: string
  reason: string
  /** True for what is no path on any host: loopback and link-local addresses. */
  plain?: boolean
}

export interface Candidates {
  paths: PairPath[]
  rejected: Rejected[]
}

/** All paths that two hosts have, IPv4 first, each network once. */
export function candidatePaths(server: PairHost, client: PairHost): Candidates {
  const ours = usable(server)
  const theirs = usable(client)
  const rejected = [...ours.rejected, ...theirs.rejected]
  const paths: PairPath[] = []
  const used = new Set<HostAddress>()
  const taken = new Set<HostAddress>()
  const cards = new Map<string, string>()
  const networks = networksOf(ours.addresses, theirs.addresses)
  for (const { network, pairs, shared } of networks) {
    const free = pairs.filter((pair) => !taken.has(pair.server) && !taken.has(pair.client))
    const fit = best(free, client)
    if (shared.length > 0) rejected.push({ what: network, reason: `both hosts have the address ${shared.join(', ')}` })
    if (fit === undefined) {
      rejected.push(...leftOver(`${network} overlaps with a network that has its path`, pairs, taken, server, client))
      for (const { server: a, client: b } of pairs) used.add(a).add(b)
      continue
    }
    const key = `${fit.server.dev} ${fit.client.dev}`
    const other = cards.get(key)
    for (const { server: a, client: b } of pairs) used.add(a).add(b)
    if (other === undefined) {
      cards.set(key, network)
      paths.push(pathOf(network, fit.server, fit.client))
      taken.add(fit.server).add(fit.client)
      rejected.push(...leftOver(`${network} has its path`, pairs, taken, server, client))
    } else {
      const links = `${fit.server.dev} of ${server.name} and ${fit.client.dev} of ${client.name}`
      rejected.push({ what: network, reason: `${links} are one path with ${other} already` })
    }
  }
  const lone = (host: PairHost, addresses: readonly HostAddress[], peer: PairHost): Rejected[] =>
    addresses
      .filter((own) => !used.has(own) && !networks.some((one) => one.shared.includes(own.address)))
      .map((own) => ({ what: named(own, host), reason: `${peer.name} has no address of its own in its network` }))
  rejected.push(...lone(server, ours.addresses, client), ...lone(client, theirs.addresses, server))
  return { paths, rejected }
}

const PLAIN = new Set(['loopback', 'link-local'])

/** Why an address cannot be the end of a path, or null. */
export function unfitReason(own: HostAddress, host: PairHost): string | null {
  const link = host.links[own.dev]
  if (link?.loopback === true || isLoopback(own.address)) return 'loopback'
  if (isLinkLocal(own.address)) return 'link-local'
  if (own.prefix === (own.family === 4 ? 32 : 128)) return `a /${own.prefix} has no network`
  if (link?.up !== true) return `${own.dev} is down`
  if (own.tentative) return 'tentative: the kernel still checks that nobody else has it; run again in a moment'
  return null
}

/** `192.0.2.10/24 (eth0 of system-a)`. */
export function named(own: HostAddress, host: PairHost): string {
  return `${own.address}/${own.prefix} (${own.dev} of ${host.name})`
}

/** Whether each end is in the other's network. */
export function shareNetwork(a: HostAddress, b: HostAddress): boolean {
  return (
    a.family === b.family &&
    contains(`${a.address}/${a.prefix}`, b.address) &&
    contains(`${b.address}/${b.prefix}`, a.address)
  )
}

/** A path between two addresses. */
export function pathOf(
  network: string | null,
  server: HostAddress,
  client: HostAddress,
  backup: boolean | null = null,
): PairPath {
  return {
    family: server.family,
    network,
    server: { address: server.address, dev: server.dev },
    client: { address: client.address, dev: client.dev },
    backup,
  }
}

interface Pair {
  server: HostAddress
  client: HostAddress
}

interface SharedNetwork {
  network: string
  /** Each with two addresses of which the other host has neither. */
  pairs: Pair[]
  /** Addresses that both hosts have in it. */
  shared: string[]
}

/** Addresses of a host that may be ends of paths: each is held against each of the other's. Of the others as many are told. */
const MOST_ADDRESSES = 128
/** Addresses of a host that are looked at, those of loopback apart, where services may have thousands. */
const MOST_LOOKED_AT = 1000

function usable(host: PairHost): { addresses: HostAddress[]; rejected: Rejected[] } {
  const addresses: HostAddress[] = []
  const rejected: Rejected[] = []
  let looked = 0
  let further = 0
  for (const own of host.addresses) {
    if (host.links[own.dev]?.loopback !== true) looked++
    const reason = looked > MOST_LOOKED_AT ? null : unfitReason(own, host)
    if (reason === null && addresses.length < MOST_ADDRESSES) addresses.push(own)
    else if (reason === null || rejected.length >= MOST_ADDRESSES) further++
    else rejected.push({ what: named(own, host), reason, plain: PLAIN.has(reason) })
  }
  if (further === 0) return { addresses, rejected }
  const reason = `not looked at beyond the first ${MOST_ADDRESSES}: name the paths with paths:`
  return { addresses, rejected: [...rejected, { what: `${further} further addresses of ${host.name}`, reason }] }
}

function networksOf(ours: readonly HostAddress[], theirs: readonly HostAddress[]): SharedNetwork[] {
  const networks = new Map<string, SharedNetwork>()
  const isOn = (side: readonly HostAddress[], address: string): boolean => side.some((one) => one.address === address)
  for (const server of ours) {
    for (const client of theirs.filter((one) => shareNetwork(server, one))) {
      const network = networkOf(server.address, server.prefix)
      const entry = networks.get(network) ?? { network, pairs: [], shared: [] }
      networks.set(network, entry)
      if (server.address === client.address) entry.shared.push(server.address)
      else if (!isOn(theirs, server.address) && !isOn(ours, client.address)) entry.pairs.push({ server, client })
    }
  }
  return [...networks.values()].sort((a, b) => familyOf(a) - familyOf(b))
}

function familyOf(network: SharedNetwork): number {
  return network.network.includes(':') ? 6 : 4
}

/** Addresses that stay come first, then those that the client's routes really use. */
function best(pairs: readonly Pair[], client: PairHost): Pair | undefined {
  const devices = new Map<string, string | null | undefined>()
  const rank = (pair: Pair): number => {
    const { address } = pair.server
    if (!devices.has(address)) devices.set(address, lookupRoute(client.routing, { dst: address }).route?.dev)
    const elsewhere = devices.get(address) === pair.client.dev ? 0 : 1
    return elsewhere * 4 + (pair.server.dynamic ? 2 : 0) + (pair.client.dynamic ? 1 : 0)
  }
  return pairs.toSorted((a, b) => rank(a) - rank(b))[0]
}

/** The addresses of a network that are the end of no path. */
function leftOver(
  why: string,
  pairs: readonly Pair[],
  taken: ReadonlySet<HostAddress>,
  server: PairHost,
  client: PairHost,
): Rejected[] {
  const rest = (host: PairHost, addresses: HostAddress[]): Rejected[] =>
    [...new Set(addresses)]
      .filter((own) => !taken.has(own))
      .map((own) => ({ what: named(own, host), reason: `${why} already` }))
  return [
    ...rest(
      server,
      pairs.map((pair) => pair.server),
    ),
    ...rest(
      client,
      pairs.map((pair) => pair.client),
    ),
  ]
}
