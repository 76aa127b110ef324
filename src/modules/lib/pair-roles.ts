/** Whether the endpoints that are there fit the roles of a pair: servers announce, clients have none on their paths. */
import type { EndpointFlag } from '../../facts/mptcp_endpoints.ts'
import type { MptcpPersisted } from '../../facts/mptcp_persisted.ts'
import type { Problem } from '../../model/change.ts'
import type { PathEnd } from '../../mptcp/pairing.ts'
import type { Card, CardFacts } from '../../facts/read/card.ts'
import { isDefaultMade, readCard } from '../../facts/read/card.ts'

export interface RoleFacts extends CardFacts {
  persisted: MptcpPersisted
}

/** An endpoint on a path address, and who wants it. */
interface Declared {
  address: string
  flags: readonly EndpointFlag[]
  by: string
}

/** Endpoints with `subflow` on the server's path addresses that somebody declared: it would be both ends at once. */
export function serverConflicts(host: string, ends: readonly PathEnd[], have: RoleFacts): Problem[] {
  return ends.flatMap((end) =>
    declared(end, have)
      .filter(({ flags }) => flags.includes('subflow'))
      .slice(0, 1)
      .map((one) => conflict(host, 'server', one, 'opens subflows from it, as a client does')),
  )
}

/** Endpoints on the client's path addresses that somebody declared. */
export function clientConflicts(host: string, ends: readonly PathEnd[], have: RoleFacts): Problem[] {
  return ends.flatMap((end) =>
    declared(end, have)
      .filter(({ flags }) => flags.includes('signal') || flags.includes('subflow'))
      .slice(0, 1)
      .map((one) =>
        conflict(
          host,
          'client',
          one,
          one.flags.includes('signal')
            ? 'announces it, as a server does'
            : 'opens a second subflow from it to every address, beside the one that the announcement brings',
        ),
      ),
  )
}

/** Cards of a client's paths on which NetworkManager's default made, or will make, subflow endpoints by itself. */
export function defaultCards(ends: readonly PathEnd[], have: CardFacts): string[] {
  return [...new Set(ends.map(({ dev }) => dev))].filter((dev) => {
    const card = readCard(dev, have)
    return isDefault(card) && Object.keys(card.makes).length > 0
  })
}

function declared(end: PathEnd, have: RoleFacts): Declared[] {
  const card = readCard(end.dev, have)
  const found: Declared[] = card.endpoints
    .filter((endpoint) => endpoint.address === end.address && !isDefaultMade(card, endpoint))
    .map(({ address, flags }) => ({ address, flags, by: 'the endpoint that is there' }))
  for (const { address, flags } of Object.values(have.persisted.endpoints)) {
    if (address === end.address) found.push({ address, flags, by: 'the endpoint that is restored at boot' })
  }
  const makes = card.makes[end.address]
  if (makes !== undefined && !isDefault(card)) {
    found.push({ address: end.address, flags: makes, by: `NetworkManager's profile of ${end.dev}` })
  }
  return found
}

function isDefault(card: Card): boolean {
  return card.nm !== null && card.nm !== 'no-profile' && card.nm.flags === 0
}

function conflict(host: string, role: string, { address, flags, by }: Declared, does: string): Problem {
  return {
    code: 'overlapping-roles',
    summary: `${host} is to be the ${role}, but ${by} (${address} ${flags.join(' ')}) ${does}`,
    hint: `remove it first (mptcp_endpoints with exact: true), or leave this address out of paths`,
  }
}
