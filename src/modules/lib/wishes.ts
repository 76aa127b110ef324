/** From endpoints as people write them to wishes with card and canonical address. */
import type { Addresses } from '../../facts/addresses.ts'
import type { Links } from '../../facts/links.ts'
import type { EndpointFlag, Endpoints } from '../../facts/mptcp_endpoints.ts'
import { endpointKey } from '../../facts/mptcp_endpoints.ts'
import type { Problem } from '../../model/change.ts'
import { sortFlags } from '../../mptcp/endpoint-flags.ts'
import { isLinkLocal, isLoopback, parseAddress } from '../../text/ip.ts'
import type { EndpointWish } from './endpoint-goals.ts'
import { isMet } from './endpoint-steps.ts'

export interface WrittenEndpoint {
  address: string
  flags: readonly EndpointFlag[]
  dev?: string | undefined
  port?: number | undefined
  id?: number | undefined
}

/** Finds the card of each address; what is on no card, or names none of the host's, is a problem. */
export function resolveWishes(
  written: readonly WrittenEndpoint[],
  addresses: Addresses,
  links: Links,
): { wishes: EndpointWish[]; problems: Problem[] } {
  const wishes: EndpointWish[] = []
  const problems: Problem[] = []
  for (const { address, flags, dev, port, id } of written) {
    const normal = parseAddress(address)?.normal ?? address
    const own = addresses.find((one) => one.address === normal)
    if (own === undefined) {
      problems.push({
        code: 'address-not-here',
        summary: `${address} is on no network card of this host, so an endpoint for it would do nothing`,
        detail: `addresses here: ${usable(addresses) || 'none'}`,
        hint: 'use an address of this host, or configure this one first',
      })
    } else if (dev !== undefined && links[dev] === undefined) {
      problems.push({
        code: 'no-such-device',
        summary: `endpoint ${address}: this host has no network card ${dev}`,
        hint: `cards here: ${Object.keys(links).join(', ')}`,
      })
    } else {
      wishes.push({ address: normal, port: port ?? null, dev: dev ?? own.dev, flags: sortFlags(flags), id: id ?? null })
    }
  }
  return { wishes, problems }
}

/** Those that an endpoint can be for; others hosts do not reach. */
function usable(addresses: Addresses): string {
  return addresses
    .filter(({ address }) => !isLoopback(address) && !isLinkLocal(address))
    .map(({ address, dev }) => `${address} (${dev})`)
    .join(', ')
}

/** Endpoints with a port that cannot be added yet: the kernel opens an MPTCP socket for each, and refuses while MPTCP is off. */
export function portsWhileOff(wishes: readonly EndpointWish[], have: Endpoints): Problem[] {
  return wishes
    .filter((wish) => wish.port !== null && !isThere(wish, have))
    .map((wish) => ({
      code: 'mptcp-disabled',
      summary: `endpoint ${endpointKey(wish)} cannot be added while MPTCP is switched off: its port needs an MPTCP socket`,
      hint: 'put a task mptcp_enabled before this one',
    }))
}

function isThere(wish: EndpointWish, have: Endpoints): boolean {
  const there = have[endpointKey(wish)]
  return there !== undefined && isMet(there, wish)
}
