/** Which paths a trial expects: the networks that both hosts are in, as far as endpoints make use of them. */
import type { Addresses } from '../../facts/addresses.ts'
import type { Links } from '../../facts/links.ts'
import type { Endpoint, Endpoints } from '../../facts/mptcp_endpoints.ts'
import type { ProofPath } from '../../mptcp/proof-evidence.ts'
import { compareAddresses, isLinkLocal, isLoopback, networkOf } from '../../text/ip.ts'

/** What is read of one end. */
export interface PathEnd {
  addresses: Addresses
  links: Links
  endpoints: Endpoints
}

export interface TrialPath extends ProofPath {
  network: string
  family: 4 | 6
  /** An endpoint of either end marks it as backup: it must join, but need not carry data. */
  backup: boolean
}

/** The networks in which both hosts have different addresses on links that are up, lowest first, one path for each. */
export function commonPaths(server: PathEnd, client: PathEnd): TrialPath[] {
  const paths = new Map<string, TrialPath>()
  for (const here of usableAddresses(server)) {
    const network = networkOf(here.address, here.prefix)
    const there = usableAddresses(client).filter(
      (a) => a.family === here.family && network === networkOf(a.address, a.prefix),
    )
    const other = there[0]
    if (other === undefined || there.some((a) => a.address === here.address) || paths.has(network)) continue
    paths.set(network, {
      network,
      family: here.family,
      serverAddress: here.address,
      serverDevice: here.dev,
      clientAddress: other.address,
      clientDevice: other.dev,
      backup: [flagsOf(server, here.address), flagsOf(client, other.address)].some((flags) => flags.includes('backup')),
    })
  }
  return [...paths.values()].toSorted((a, b) => compareAddresses(a.serverAddress, b.serverAddress))
}

/**
 * The paths that endpoints make use of, the one for the first subflow first. Where only one has an endpoint, a path
 * without carries the first subflow; where none has, all are returned and the proof will show what is missing.
 */
export function trialPaths(server: PathEnd, client: PathEnd): TrialPath[] {
  const common = commonPaths(server, client)
  const used = common.filter(
    (path) =>
      flagsOf(server, path.serverAddress).includes('signal') || flagsOf(client, path.clientAddress).includes('subflow'),
  )
  const spare = common.filter((path) => !used.includes(path))
  const paths = used.length === 0 ? spare : used.length === 1 ? [...spare.slice(0, 1), ...used] : used
  return paths.toSorted((a, b) => Number(a.backup) - Number(b.backup))
}

/** Addresses that can carry a path, in the order of the host. */
export function usableAddresses({ addresses, links }: PathEnd): Addresses {
  return addresses.filter(
    ({ dev, family, address, prefix, scope }) =>
      scope === 'global' &&
      links[dev]?.up === true &&
      !links[dev].loopback &&
      !isLoopback(address) &&
      !isLinkLocal(address) &&
      prefix < (family === 4 ? 32 : 128),
  )
}

function flagsOf({ endpoints }: PathEnd, address: string): Endpoint['flags'] {
  const found = Object.values(endpoints).find((e) => e.address === address)
  return found === undefined || found.flags.includes('implicit') ? [] : found.flags
}
