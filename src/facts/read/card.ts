/** Who owns the endpoints of one network card: the kernel and our restore script, or NetworkManager by its profile. */
import type { Address, Addresses } from '../addresses.ts'
import type { Endpoint, EndpointFlag, Endpoints } from '../mptcp_endpoints.ts'
import type { Nm } from '../nm.ts'
import type { NmProfiles } from '../nm_profile.ts'
import { fileOf, profileWith } from '../nm_profile.ts'
import type { Routing } from '../routing.ts'
import { nmCovers, nmKnowsMptcp, nmMakes } from '../../mptcp/nm-flags.ts'
import { parseAddress } from '../../text/ip.ts'

export interface CardFacts {
  endpoints: Endpoints
  addresses: Addresses
  routing: Routing
  nm: Nm
  nmProfiles: NmProfiles
}

/** NetworkManager's hold on a card. */
export interface NmHold {
  uuid: string
  /** Under which fact nm_profile has it. */
  profile: string
  /** connection.mptcp-flags of the profile; 0 is default. */
  flags: number
  /** Where the profile is on the disk; null where it is in memory only, or not told. */
  file: string | null
}

export interface Card {
  /** Empty for what belongs to no card (an endpoint whose address is gone). */
  dev: string
  /** Null where the kernel owns the card's endpoints. `no-profile`: managed, but no profile is active. */
  nm: NmHold | 'no-profile' | null
  /** Addresses that NetworkManager makes endpoints of, in the host's order. */
  covered: string[]
  /** Endpoints that the profile makes when it is activated, by address. */
  makes: Record<string, EndpointFlag[]>
  /** Endpoints that are there, without implicit ones. */
  endpoints: Endpoint[]
}

/** One card as the planner sees it. */
export function readCard(dev: string, have: CardFacts): Card {
  const nm = holdOf(dev, have)
  const own = have.addresses.filter((address) => address.dev === dev && nmCovers(address.address))
  const makes: Record<string, EndpointFlag[]> = {}
  for (const { address, family } of nm === null || nm === 'no-profile' ? [] : own) {
    const flags = nmMakes((nm as NmHold).flags, hasDefaultRoute(dev, family, have.routing))
    if (flags !== null) makes[address] = flags
  }
  return {
    dev,
    nm,
    covered: own.map(({ address }) => address),
    makes,
    endpoints: Object.values(have.endpoints).filter(
      (endpoint) => !endpoint.flags.includes('implicit') && (cardOf(endpoint, have.addresses) ?? '') === dev,
    ),
  }
}

/** Put on a NetworkManager's card by another (keepalived, a person): its own addresses have the flag noprefixroute. */
export function isForeign({ address, prefixRoute }: Address): boolean {
  return prefixRoute === true && nmCovers(address)
}

/** What the profile makes again at each boot: of addresses that NetworkManager does not know it makes nothing. */
export function makesOfOwn({ makes }: Card, addresses: Addresses): Card['makes'] {
  const foreign = new Set(addresses.filter(isForeign).map(({ address }) => address))
  return Object.fromEntries(Object.entries(makes).filter(([address]) => !foreign.has(address)))
}

/** The card that has an endpoint's address, else the one it is bound to. */
export function cardOf(endpoint: { address: string; dev: string | null }, addresses: Addresses): string | null {
  const normal = parseAddress(endpoint.address)?.normal
  return addresses.find((own) => own.address === normal)?.dev ?? endpoint.dev
}

/**
 * Whether NetworkManager made this endpoint only because nobody told it otherwise: its profile has the default flags,
 * and the endpoint is as these make it. Nobody declared such an endpoint.
 */
export function isDefaultMade(
  card: Card,
  endpoint: { address: string; port: number | null; flags: EndpointFlag[] },
): boolean {
  if (card.nm === null || card.nm === 'no-profile' || card.nm.flags !== 0 || endpoint.port !== null) return false
  return sameFlags(card.makes[endpoint.address] ?? null, endpoint.flags)
}

/** Whether two sorted lists of flags are equal; null is none. */
export function sameFlags(a: readonly EndpointFlag[] | null, b: readonly EndpointFlag[] | null): boolean {
  return a === null || b === null ? a === b : a.join(' ') === b.join(' ')
}

function holdOf(dev: string, have: CardFacts): Card['nm'] {
  const device = have.nm.devices[dev]
  if (!have.nm.running || !nmKnowsMptcp(have.nm.version) || device?.managed !== true) return null
  if (device.profileUuid === null) return 'no-profile'
  const profile = profileWith(have.nmProfiles, device.profileUuid)
  const flags = Number(profile?.settings['connection.mptcp-flags'] ?? 0)
  const file = fileOf(profile?.settings ?? {})
  return { uuid: device.profileUuid, profile: profile?.name ?? device.profileUuid, flags, file }
}

function hasDefaultRoute(dev: string, family: 4 | 6, routing: Routing): boolean {
  return routing.routes.some(
    (route) =>
      route.family === family &&
      route.dst === 'default' &&
      route.dev === dev &&
      route.table === 'main' &&
      route.type === 'unicast',
  )
}
