/** Cards that could be an end of a path but for NetworkManager, which has no profile active on them. */
import { isLinkLocal } from '../../text/ip.ts'
import type { PairFacts } from './pair-types.ts'

export interface IdleCard {
  /** `wlan0 of system-b`. */
  what: string
  reason: string
  /** What to do. */
  hint: string
}

/** Cards of a host that are up, managed and without an address since no profile gives them one. */
export function idleCards(
  host: string,
  have: Pick<PairFacts, 'addresses' | 'links' | 'nm' | 'nmProfiles'>,
): IdleCard[] {
  return Object.values(have.nm.devices)
    .filter(({ device, managed, state }) => managed && state === 'disconnected' && isBare(device, have))
    .map(({ device }) => {
      const what = `${device} of ${host}`
      const own = Object.values(have.nmProfiles).find((settings) => settings['connection.interface-name'] === device)
      const name = own?.['connection.id']
      if (name === undefined) {
        const reason = 'has no address, since NetworkManager has no profile for it'
        return {
          what,
          reason,
          hint: `have its profile made (task nm_connection with name, ifname: ${device}, addresses)`,
        }
      }
      const reason = `has no address, since its profile ${name} of NetworkManager is not active`
      return { what, reason, hint: `bring its profile up (task nm_connection with name: ${name})` }
    })
}

function isBare(dev: string, { addresses, links }: Pick<PairFacts, 'addresses' | 'links'>): boolean {
  const link = links[dev]
  if (link === undefined || !link.up || link.loopback) return false
  return !addresses.some((own) => own.dev === dev && !isLinkLocal(own.address))
}
