/** Whether packets of each path really take it: routes there and back, reverse path filters, ARP. */
import { contains } from '../text/ip.ts'
import { inForce } from './arp.ts'
import type { PairHost, PairPath, PathEnd } from './pairing.ts'
import type { RouteEntry } from './route.ts'
import { lookupRoute } from './route.ts'

export interface CheckedHost extends PairHost {
  /** net.ipv4.conf.*.rp_filter and arp_ignore by interface, `all` among them. */
  rpFilter: Readonly<Record<string, number>>
  arpIgnore: Readonly<Record<string, number>>
}

export interface PathFault {
  code: 'no-route' | 'route-elsewhere' | 'rp-filter'
  summary: string
  hint: string
}

export interface PathReport {
  faults: PathFault[]
  notes: string[]
}

/** Checks both ends of every path. The client joins from whatever address its routes choose, so these must fit. */
export function checkPaths(paths: readonly PairPath[], server: CheckedHost, client: CheckedHost): PathReport {
  const faults: PathFault[] = []
  const notes = new Set<string>()
  for (const path of paths) {
    const found = [
      checkWayBack(server, path.server, path.client, path.family, notes),
      joinFault(path, server, client) ?? checkWayBack(client, path.client, path.server, path.family, notes),
    ]
    faults.push(...found.filter((fault) => fault !== null))
    for (const [host, end] of [
      [server, path.server],
      [client, path.client],
    ] as const) {
      const note = path.family === 4 ? arpNote(host, end, path) : null
      if (note !== null) notes.add(note)
    }
  }
  return { faults, notes: [...notes] }
}

/** Where the client's join to an announced address starts is decided by its routes alone. Null: by the right card. */
function joinFault(path: PairPath, server: CheckedHost, client: CheckedHost): PathFault | null {
  const { route } = lookupRoute(client.routing, { dst: path.server.address })
  if (route === null) return noRoute(client, null, path.client, path.server)
  if (route.dev === path.client.dev) return null
  return {
    code: 'route-elsewhere',
    summary: `${client.name} reaches ${path.server.address} of ${server.name} by ${route.dev ?? 'another card'}, not by ${path.client.dev}`,
    hint: `give ${client.name} a route to ${path.server.address} by ${path.client.dev}, or leave this path out`,
  }
}

function checkWayBack(
  host: CheckedHost,
  own: PathEnd,
  peer: PathEnd,
  family: 4 | 6,
  notes: Set<string>,
): PathFault | null {
  const { route, unclear } = lookupRoute(host.routing, { dst: peer.address, src: own.address })
  for (const rule of unclear)
    notes.add(`${host.name}: routing ${rule} was not evaluated; the test shows the way really taken`)
  if (route === null) return noRoute(host, own.address, own, peer)
  if (route.dev === own.dev) return null
  const filter = inForce(host.rpFilter, own.dev)
  if (family === 4 && filter === 1) return strictFilter(host, own, peer, route)
  notes.add(
    `${host.name}: answers from ${own.address} to ${peer.address} leave by ${route.dev ?? '?'}, not by ${own.dev}`,
  )
  return null
}

function noRoute(host: CheckedHost, from: string | null, own: PathEnd, peer: PathEnd): PathFault {
  const source = from === null ? '' : ` from ${from}`
  return {
    code: 'no-route',
    summary: `${host.name} has no route${source} to ${peer.address} for the path by ${own.dev}`,
    hint: `add one by ${own.dev}, or leave this path out`,
  }
}

function strictFilter(host: CheckedHost, own: PathEnd, peer: PathEnd, route: RouteEntry): PathFault {
  return {
    code: 'rp-filter',
    summary: `${host.name}: rp_filter 1 drops what comes from ${peer.address} by ${own.dev}, since the way back leaves by ${route.dev ?? 'another card'}`,
    hint: `set net.ipv4.conf.all.rp_filter and net.ipv4.conf.${own.dev}.rp_filter to 2 or 0, or add a rule "from ${own.address}" with a route by ${own.dev}`,
  }
}

/** With two cards in one network, arp_ignore lets a card answer only for its own address, which broke joins to the other. */
function arpNote(host: CheckedHost, end: PathEnd, path: PairPath): string | null {
  const value = inForce(host.arpIgnore, end.dev)
  const flat = host.addresses.some(
    (own) => own.family === 4 && own.dev !== end.dev && path.network !== null && contains(path.network, own.address),
  )
  if (value === 0 || !flat) return null
  return `${host.name}: arp_ignore ${value} with two cards in ${path.network ?? ''}: joins to ${end.address} may get no answer`
}
