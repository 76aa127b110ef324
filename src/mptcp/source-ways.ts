/** Where packets from an endpoint's address go, as far as rules and routes tell it. */
import { isInNetwork, networkOf, parseAddress, readNetwork } from '../text/ip.ts'
import type { EndpointFlag } from './endpoint-flags.ts'
import type { RouteAnswer, RoutingTables } from './route.ts'
import { lookupRoute } from './route.ts'

interface SourceWay extends RouteAnswer {
  from: string
  to: string
  /** The card that has the address. */
  home: string
}

interface Home {
  dev: string
  family: 4 | 6
  address: string
  prefix: number
}

/** Addresses of networks that are nobody's (RFC 5737, 2544, 3849): one that no route but a default one leads to stands for all beyond. */
const BEYOND = {
  4: ['198.18.0.1', '203.0.113.1', '192.0.2.1', '198.51.100.1'],
  6: ['2001:db8::1', '2001:2::1'],
} as const

/** One way for each destination of the endpoint's family; without destinations, those that the host's own routes name. */
export function waysFrom(
  endpoint: { address: string; dev: string | null; flags: readonly EndpointFlag[] },
  home: Home,
  tables: RoutingTables,
  destinations: readonly string[],
): SourceWay[] {
  const asked = destinations.filter((to) => parseAddress(to)?.family === home.family)
  const all = destinations.length > 0 ? asked : [neighbour(home), beyond(home, tables)]
  // The kernel binds the sockets of subflows that it opens to the endpoint's device; answers to joins are not bound.
  const oif = endpoint.flags.includes('signal') ? null : endpoint.dev
  return all.flatMap((to) => {
    if (to === null) return []
    const answer = lookupRoute(tables, { dst: to, src: home.address, oif })
    return [{ from: home.address, to, home: home.dev, ...answer }]
  })
}

/** Another address of the same network; null where it has none. */
function neighbour({ address, prefix, family }: Home): string | null {
  if (prefix >= (family === 4 ? 31 : 127)) return null
  const base = networkOf(address, prefix).split('/')[0]!
  const [first, second] = family === 4 ? [next(base, 1), next(base, 2)] : [`${base}1`, `${base}2`]
  return first === address ? second : first
}

function next(base: string, by: number): string {
  return base.replace(/\d+$/, (last) => String(Number(last) + by))
}

/** Only where the address's own card has a default route, in whichever table: else it is a way to its network alone. */
function beyond({ dev, family }: Home, { routes }: RoutingTables): string | null {
  const own = routes.filter((route) => route.family === family)
  if (!own.some((route) => route.dst === 'default' && route.dev === dev && route.type === 'unicast')) return null
  const known = own.flatMap(({ dst }) => (dst === 'default' ? [] : (readNetwork(dst) ?? [])))
  const isFree = (to: string): boolean => !known.some((network) => isInNetwork(network, readNetwork(to)!))
  return BEYOND[family].find(isFree) ?? null
}
