/** Decides, card by card, which endpoints are to be there and who makes them. Pure choice; no steps yet. */
import type { Addresses } from '../../facts/addresses.ts'
import type { Endpoint, EndpointFlag } from '../../facts/mptcp_endpoints.ts'
import { endpointKey } from '../../facts/mptcp_endpoints.ts'
import { NM_DISABLED, nmFlagsFor } from '../../mptcp/nm-flags.ts'
import type { PersistedEndpoint } from '../../mptcp/restore-script.ts'
import type { Card, CardFacts } from '../../facts/read/card.ts'
import { cardOf, isDefaultMade, readCard, sameFlags } from '../../facts/read/card.ts'

/** An endpoint that somebody wants. */
export interface EndpointWish {
  address: string
  port: number | null
  dev: string
  /** Sorted. */
  flags: EndpointFlag[]
  /** Null: any. */
  id: number | null
}

export interface GoalOptions {
  /** Endpoints that are not wished are to go. */
  exact: boolean
  /** What is restored at boot, by key. */
  restored: Readonly<Record<string, PersistedEndpoint>>
  /** Cards on which endpoints that nobody declared (NetworkManager's default) are to go. */
  quiet: readonly string[]
}

/** What is to become of one card. */
export interface CardGoal {
  card: Card
  /** What the kernel is told, and what is restored at boot; empty where NetworkManager makes all. */
  kernel: EndpointWish[]
  /** Of these, the ones that were there and are only carried along. */
  kept: Set<string>
  /** Endpoints that NetworkManager makes; empty unless it makes all of the card's. */
  byNm: EndpointWish[]
  /** Value that the profile's flags must have; null: leave them. */
  nmFlags: number | null
  /** Endpoints that are to go. */
  gone: Endpoint[]
}

/** Goals of all cards that the wishes are about; with `exact`, of every card that has or will have endpoints. */
export function endpointGoals(wishes: readonly EndpointWish[], have: CardFacts, options: GoalOptions): CardGoal[] {
  const names = new Set([...wishes.map((wish) => cardOf(wish, have.addresses) ?? wish.dev), ...options.quiet])
  if (options.exact) {
    for (const endpoint of Object.values(have.endpoints)) names.add(cardOf(endpoint, have.addresses) ?? '')
    for (const dev of Object.keys(have.nm.devices)) if (hasOrMakes(readCard(dev, have))) names.add(dev)
  }
  return [...names].map((dev) => cardGoal(readCard(dev, have), wishes, have.addresses, options))
}

function hasOrMakes(card: Card): boolean {
  return card.endpoints.length > 0 || Object.keys(card.makes).length > 0
}

function cardGoal(card: Card, wishes: readonly EndpointWish[], addresses: Addresses, options: GoalOptions): CardGoal {
  const own = wishes.filter((wish) => (cardOf(wish, addresses) ?? wish.dev) === card.dev)
  const wished = new Set(own.map(endpointKey))
  const others = card.endpoints.filter((endpoint) => !wished.has(endpointKey(endpoint)))
  // Of others' endpoints all stay, but for those that nobody declared where the card is to be NetworkManager's no more.
  const kept = options.exact ? [] : others.filter((endpoint) => !isDefaultMade(card, endpoint))
  const items = [...own, ...kept.map((endpoint) => carried(endpoint, card.dev, null))]
  const none = { card, kernel: [], kept: new Set<string>(), byNm: [], nmFlags: null }
  if (card.nm === null || card.nm === 'no-profile') {
    // Only what is wished: others' endpoints on such a card are not looked after here.
    return { ...none, kernel: own, gone: options.exact ? others : [] }
  }
  // A card that is the kernel's stays so, else it would change hands whenever an endpoint of another's comes or goes.
  const settled = own.length > 0 && card.nm.flags === NM_DISABLED && own.every((wish) => isOurs(wish, card, options))
  const flags = settled ? null : uniformFlags(card, items)
  const gone = others.filter((endpoint) => !kept.includes(endpoint))
  if (flags !== null) return { ...none, byNm: items, nmFlags: flags, gone }
  const silence = items.length > 0 || Object.keys(card.makes).length > 0 || gone.some((one) => isDefaultMade(card, one))
  return {
    ...none,
    kernel: [...own, ...kept.map((endpoint) => carried(endpoint, card.dev, endpoint.id))],
    kept: new Set(kept.map(endpointKey)),
    nmFlags: silence ? NM_DISABLED : null,
    gone,
  }
}

/** The profile flags that make exactly these endpoints, or null where no profile flags can. */
function uniformFlags(card: Card, items: readonly EndpointWish[]): number | null {
  const first = items[0]
  if (first === undefined || items.length !== card.covered.length) return null
  const plain = items.every(
    (item) =>
      item.port === null &&
      item.id === null &&
      item.dev === card.dev &&
      card.covered.includes(item.address) &&
      sameFlags(item.flags, first.flags),
  )
  return plain ? nmFlagsFor(first.flags) : null
}

/** Whether the kernel was told this endpoint and is told again at boot. */
function isOurs(wish: EndpointWish, card: Card, { restored }: GoalOptions): boolean {
  const key = endpointKey(wish)
  const there = [restored[key], card.endpoints.find((endpoint) => endpointKey(endpoint) === key)]
  return there.some((one) => one !== undefined && one.dev === wish.dev && sameFlags(one.flags, wish.flags))
}

/** An endpoint of another's as a wish, so that it stays; its id matters only where the kernel is told it. */
function carried(endpoint: Endpoint, dev: string, id: number | null): EndpointWish {
  const { address, port, flags } = endpoint
  return { address, port, flags, dev: endpoint.dev ?? dev, id }
}
