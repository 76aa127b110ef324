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
  const all = destinations.length > 0 ? asked : [neighbour(home, tables), beyond(home, tables)]
  // The kernel binds the sockets of subflows that it opens to the endpoint's device; answers to joins are not bound.
  const oif = endpoint.flags.includes('signal') ? null : endpoint.dev
  return all.flatMap((to) => {
    if (to === null) return []
    const answer = lookupRoute(tables, { dst: to, src: home.address, oif })
    return [{ from: home.address, to, home: home.dev, ...answer }]
  })
}

/** The source that the host itself chooses for what is beyond its own networks; null where it has no way there. */
export function usualSource(
  family: 4 | 6,
  own: readonly { dev: string; family: 4 | 6; scope: string; address: string }[],
  tables: RoutingTables,
): string | null {
  const { route } = lookupRoute(tables, { dst: BEYOND[family][0] })
  if (route === null) return null
  const first = own.find((one) => one.dev === route.dev && one.family === family && one.scope === 'global')
  return route.prefsrc ?? first?.address ?? null
}

/** Another address of the same network, of another host; null where it has none. */
function neighbour({ address, prefix, family }: Home, { routes }: RoutingTables): string | null {
  const bits = (family === 4 ? 32 : 128) - prefix
  if (bits < 2) return null
  const base = networkOf(address, prefix).split('/')[0]!
  const own = new Set(routes.flatMap(({ type, dst }) => (type === 'local' ? dst.split('/')[0]! : [])))
  const last = Math.min(2 ** bits - 2, MOST_TRIED)
  const all = Array.from({ length: last }, (_, index) => nth(base, index + 1, family))
  return all.find((one) => one !== address && !own.has(one)) ?? null
}

/** A network whose first addresses are all the host's own is not looked through. */
const MOST_TRIED = 100

function nth(base: string, by: number, family: 4 | 6): string {
  return family === 4 ? base.replace(/\d+$/, (last) => String(Number(last) + by)) : `${base}${by.toString(16)}`
}

/** Only where the address's own card has a default route, in whichever table: else it is a way to its network alone. */
function beyond({ dev, family }: Home, { routes }: RoutingTables): string | null {
  const own = routes.filter((route) => route.family === family)
  if (!own.some((route) => route.dst === 'default' && route.dev === dev && route.type === 'unicast')) return null
  const known = own.flatMap(({ dst }) => (dst === 'default' ? [] : (readNetwork(dst) ?? [])))
  const isFree = (to: string): boolean => !known.some((network) => isInNetwork(network, readNetwork(to)!))
  return BEYOND[family].find(isFree) ?? null
}
