/**
 * What becomes of a card when NetworkManager brings a profile up on it or down: addresses, routes, endpoints. Predicted
 * where the profile's addresses are static; otherwise only known afterwards.
 */
import type { Address } from '../../facts/addresses.ts'
import type { Endpoint, Endpoints } from '../../facts/mptcp_endpoints.ts'
import { endpointKey } from '../../facts/mptcp_endpoints.ts'
import type { NmDevice } from '../../facts/nm.ts'
import type { NmSettings } from '../../facts/nm_profile.ts'
import type { Route } from '../../facts/routing.ts'
import { UNKNOWN } from '../../model/change.ts'
import { nmCovers, nmKnowsMptcp, nmMakes, nmMakesWithoutSysctl } from '../../mptcp/nm-flags.ts'
import { networkOf } from '../../text/ip.ts'
import type { CardFacts } from '../../facts/read/card.ts'
import { readCard, sameFlags } from '../../facts/read/card.ts'
import { takeId } from './endpoint-steps.ts'
import { addressesIn, FLAGS } from './nm-settings.ts'
import { coveredEndpoints } from './nm-steps.ts'

export interface ActivationFacts extends CardFacts {
  sysctl: Readonly<Record<string, string>>
}

type Effects = Record<string, unknown>

/** Everything about a card that cannot be known before. */
export const UNKNOWN_CARD: Effects = { addresses: UNKNOWN, routing: UNKNOWN, endpoint: UNKNOWN }

/** Metric that NetworkManager gives routes over Ethernet; further cards count up from it. */
const ETHERNET_METRIC = 100

/** Facts after the profile is up on `dev`, by key. */
export function effectsOfUp(dev: string, profile: NmSettings, have: ActivationFacts): Effects {
  const device: NmDevice = {
    ...(have.nm.devices[dev] ?? { device: dev, type: 'ethernet', managed: true }),
    state: 'connected',
    managed: true,
    profileUuid: profile['connection.uuid'] ?? null,
  }
  const nm = { [`nm/devices/${dev}`]: device }
  const own = staticAddresses(dev, profile, have)
  if (own === null) return { ...nm, ...UNKNOWN_CARD }
  const addresses = [...have.addresses.filter((address) => address.dev !== dev), ...own]
  const routing = { ...have.routing, routes: routesWith(dev, profile, own, have) }
  const endpoint = withMade(withoutMade(dev, have), dev, profile, { ...have, addresses, routing }, have)
  return { ...nm, addresses, routing, endpoint }
}

/** Facts after the card is left without a profile. */
export function effectsOfDown(dev: string, have: ActivationFacts): Effects {
  const device = have.nm.devices[dev]
  const uuid = device?.profileUuid
  const next = Object.values(have.nmProfiles).some(
    (other) =>
      other['connection.uuid'] !== uuid &&
      other['connection.autoconnect'] === 'yes' &&
      ['', dev].includes(other['connection.interface-name'] ?? ''),
  )
  // NetworkManager brings up another profile of the card by itself.
  if (next) return { nm: UNKNOWN, ...UNKNOWN_CARD }
  const addresses = have.addresses.filter((address) => address.dev !== dev)
  const routing = { ...have.routing, routes: have.routing.routes.filter((route) => route.dev !== dev) }
  return {
    [`nm/devices/${dev}`]: { ...device, state: 'disconnected', profileUuid: null },
    addresses,
    routing,
    endpoint: withoutMade(dev, have),
  }
}

/** The endpoints that the profile makes of the card's addresses and that the kernel does not show. */
export function missingMade(dev: string, profile: NmSettings, have: ActivationFacts): Endpoint[] {
  return madeBy(dev, profile, have).filter((wish) => {
    const there = have.endpoints[endpointKey(wish)]
    return there === undefined || !sameFlags(there.flags, wish.flags)
  })
}

/** Whether the card's endpoints are those that its profile would make if it were activated now. */
export function wouldMakeSame(dev: string, profile: NmSettings, have: ActivationFacts): boolean {
  const there = coveredEndpoints(readCard(dev, have))
  return there.length === madeBy(dev, profile, have).length && missingMade(dev, profile, have).length === 0
}

/** The kernel's endpoints once NetworkManager has the card's flags, which cover all its addresses. */
export function endpointsAfterFlags(dev: string, profile: NmSettings, have: ActivationFacts): Endpoints {
  const covered = new Set(coveredEndpoints(readCard(dev, have)).map(endpointKey))
  const others = Object.fromEntries(Object.entries(have.endpoints).filter(([key]) => !covered.has(key)))
  return withMade(others, dev, profile, have, have)
}

/** How the card's static addresses differ from its profile's, by those that it lacks and those that it has beside them. */
export function addressDrift(
  dev: string,
  profile: NmSettings,
  have: ActivationFacts,
): { lacks: string[]; extra: string[] } {
  const drift = { lacks: [] as string[], extra: [] as string[] }
  for (const family of [4, 6] as const) {
    if (profile[`ipv${family}.method`] !== 'manual') continue
    const wanted = addressesIn(profile[`ipv${family}.addresses`]).map(({ address, prefix }) => `${address}/${prefix}`)
    const there = have.addresses
      .filter((own) => own.dev === dev && own.family === family && own.scope === 'global' && !own.dynamic)
      .map(({ address, prefix }) => `${address}/${prefix}`)
    drift.lacks.push(...wanted.filter((text) => !there.includes(text)))
    drift.extra.push(...there.filter((text) => !wanted.includes(text)))
  }
  return drift
}

/** Addresses of the card under the profile, or null where something else decides them. */
function staticAddresses(dev: string, profile: NmSettings, have: ActivationFacts): Address[] | null {
  const found: Address[] = []
  for (const family of [4, 6] as const) {
    const method = profile[`ipv${family}.method`] ?? 'auto'
    if (method === 'manual') {
      const common = { dev, family, scope: 'global' as const, dynamic: false, tentative: false, peer: null }
      found.push(...addressesIn(profile[`ipv${family}.addresses`]).map((address) => ({ ...common, ...address })))
    } else if (method !== 'disabled' && !(method === 'link-local' && family === 6)) return null
    if (family === 6 && method !== 'disabled') {
      found.push(...have.addresses.filter((own) => own.dev === dev && own.family === 6 && own.scope === 'link'))
    }
  }
  return found
}

function routesWith(dev: string, profile: NmSettings, own: readonly Address[], have: ActivationFacts): Route[] {
  const before = have.routing.routes.filter((route) => route.dev === dev)
  const metric = before.find((route) => route.table === 'main' && route.metric > 0)?.metric ?? ETHERNET_METRIC
  const base = { type: 'unicast', dev, table: 'main', metric, prefsrc: null, scope: null, gateway: null }
  const global = own.filter(({ scope }) => scope === 'global')
  const connected = global.map(({ family, address, prefix }): Route => {
    const source = family === 4 ? { prefsrc: address, scope: 'link' } : {}
    return { ...base, ...source, family, dst: networkOf(address, prefix) }
  })
  const local = global.map(({ family, address }): Route => {
    const dst = `${address}/${family === 4 ? 32 : 128}`
    return { ...base, metric: 0, type: 'local', table: 'local', family, dst, scope: 'host' }
  })
  const defaults = ([4, 6] as const).flatMap((family): Route[] => {
    const gateway = profile[`ipv${family}.gateway`] ?? ''
    return gateway === '' ? [] : [{ ...base, family, dst: 'default', gateway }]
  })
  const linkLocal = before.filter((route) => route.dst === 'fe80::/64')
  return [
    ...have.routing.routes.filter((route) => route.dev !== dev),
    ...connected,
    ...defaults,
    ...linkLocal,
    ...local,
  ]
}

/** Endpoints with those that the profile makes of the card's addresses in `after`; ids stay where they were. */
function withMade(
  endpoints: Endpoints,
  dev: string,
  profile: NmSettings,
  after: ActivationFacts,
  have: ActivationFacts,
): Endpoints {
  const made = { ...endpoints }
  const table = { present: new Map(), ids: new Set(Object.values(have.endpoints).map(({ id }) => id)) }
  for (const wish of madeBy(dev, profile, after)) {
    const key = endpointKey(wish)
    made[key] = { ...wish, id: have.endpoints[key]?.id ?? takeId(table) }
  }
  return made
}

/** Endpoints without those that NetworkManager made on the card: they go with what they were made of. */
function withoutMade(dev: string, have: ActivationFacts): Endpoints {
  const card = readCard(dev, have)
  return Object.fromEntries(
    Object.entries(have.endpoints).filter(
      ([, { address, port, flags }]) => port !== null || !sameFlags(card.makes[address] ?? null, flags),
    ),
  )
}

/** Endpoints (without their ids) that NetworkManager makes on a card by the profile's flags. */
function madeBy(dev: string, profile: NmSettings, have: ActivationFacts): Endpoint[] {
  const value = Number(profile[FLAGS] ?? 0)
  const on = have.sysctl['net.mptcp.enabled'] === '1' || nmMakesWithoutSysctl(value)
  if (!on || !nmKnowsMptcp(have.nm.version)) return []
  return have.addresses
    .filter((own) => own.dev === dev && nmCovers(own.address))
    .flatMap(({ address, family }): Endpoint[] => {
      const hasDefault = have.routing.routes.some(
        (route) => route.dev === dev && route.family === family && route.dst === 'default' && route.table === 'main',
      )
      const flags = nmMakes(value, hasDefault)
      return flags === null ? [] : [{ address, port: null, id: 0, flags, dev }]
    })
}
