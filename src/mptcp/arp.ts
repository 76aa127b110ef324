/** Which cards of a host answer ARP for which of its addresses: net/ipv4/arp.c, and ip-sysctl.rst on what it asks. */
import type { RoutingTables } from './route.ts'
import { waysFrom } from './source-ways.ts'

/** net.ipv4.conf.*.NAME by interface, `all` among them. */
export interface ArpFilters {
  rpFilter: Readonly<Record<string, number>>
  arpIgnore: Readonly<Record<string, number>>
  arpFilter: Readonly<Record<string, number>>
}

interface Home {
  dev: string
  family: 4 | 6
  address: string
  prefix: number
}

/** 1 and 2: for addresses of its own alone; 8: for none. All others let it answer for each address that is global. */
const OWN_ALONE = new Set([1, 2])
const NEVER = 8

/** Whether `card` answers a neighbour of the address that asks for it; null where rules of routing leave it open. */
export function answersArp(card: string, home: Home, filters: ArpFilters, tables: RoutingTables): boolean | null {
  const ignore = inForce(filters.arpIgnore, card)
  if (ignore === NEVER || (OWN_ALONE.has(ignore) && card !== home.dev)) return false
  // Both let a card answer only where the way to who asks leaves by it.
  if (inForce(filters.arpFilter, card) === 0 && inForce(filters.rpFilter, card) !== 1) return true
  const [way] = waysFrom({ address: home.address, dev: null, flags: [] }, home, tables, [])
  return way === undefined || way.unclear.length > 0 ? null : way.route?.dev === card
}

/** What counts on a card of a setting of which the kernel takes the greater of `all` and the card's own. */
export function inForce(values: Readonly<Record<string, number>>, card: string): number {
  return Math.max(values['all'] ?? 0, values[card] ?? 0)
}
