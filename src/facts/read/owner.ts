/** Whose each endpoint of a host is, and whether it comes back at boot: told in one way for modules, status and audit. */
import type { Endpoint, EndpointFlag } from '../mptcp_endpoints.ts'
import { endpointKey } from '../mptcp_endpoints.ts'
import type { MptcpPersisted } from '../mptcp_persisted.ts'
import type { NmSettings } from '../nm_profile.ts'
import { isSaved } from '../nm_profile.ts'
import type { Card, CardFacts } from './card.ts'
import { cardOf, makesOfOwn, readCard, sameFlags } from './card.ts'

export interface Ownership {
  /** `kernel`: somebody told the kernel by hand, or it made the endpoint itself (flag implicit). */
  owner: 'kernel' | 'networkmanager' | 'mptcp-fleet'
  /** Null where it cannot be told: NetworkManager is installed and does not run. */
  persistent: boolean | null
}

/** `have.persisted` null: it could not be read. */
export function ownerOf(endpoint: Endpoint, have: CardFacts & { persisted: MptcpPersisted | null }): Ownership {
  if (endpoint.flags.includes('implicit')) return { owner: 'kernel', persistent: false }
  const restored = have.persisted?.endpoints[endpointKey(endpoint)]
  if (restored !== undefined && sameFlags(restored.flags, endpoint.flags)) {
    return { owner: 'mptcp-fleet', persistent: have.persisted!.unitEnabled }
  }
  const card = readCard(cardOf(endpoint, have.addresses) ?? '', have)
  if (endpoint.port === null && sameFlags(makesOfOwn(card, have.addresses)[endpoint.address] ?? null, endpoint.flags)) {
    return { owner: 'networkmanager', persistent: isSaved(savedBy(card, have)) }
  }
  const untold = have.persisted === null || (have.nm.installed && !have.nm.running)
  return { owner: 'kernel', persistent: untold ? null : false }
}

/** A profile that is in memory only is another one, or none, after a boot. */
function savedBy({ nm }: Card, { nmProfiles }: CardFacts): NmSettings {
  return (nm !== null && nm !== 'no-profile' ? nmProfiles[nm.profile] : undefined) ?? {}
}

/** An endpoint that is declared. */
interface MissingEndpoint {
  key: string
  address: string
  port: number | null
  flags: EndpointFlag[]
}

/** Endpoints that are declared, in the restore script or by a profile's own flags, and are not there. */
export function missingEndpoints(have: CardFacts & { persisted: MptcpPersisted | null }): MissingEndpoint[] {
  const there = new Set(Object.values(have.endpoints).map(endpointKey))
  const cards = Object.keys(have.nm.devices).map((dev) => readCard(dev, have))
  // A profile with default flags declares nothing: what NetworkManager makes of it hangs on the moment of activation.
  const declaring = cards.filter(({ nm }) => nm !== null && nm !== 'no-profile' && nm.flags !== 0)
  const made = declaring.flatMap((card) => Object.entries(makesOfOwn(card, have.addresses)))
  const all = [
    ...Object.values(have.persisted?.endpoints ?? {}),
    ...made.map(([address, flags]) => ({ address, port: null, flags })),
  ]
  const byKey = new Map(
    all.map(({ address, port, flags }) => [endpointKey({ address, port }), { address, port, flags }]),
  )
  return [...byKey].flatMap(([key, one]) => (there.has(key) ? [] : [{ key, ...one }]))
}
