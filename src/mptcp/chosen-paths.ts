/** The paths that a person chose, found among the addresses of both hosts. */
import { contains, networkOf, parseAddress, parseNetwork } from '../text/ip.ts'
import type { HostAddress, PairHost, PairPath } from './pairing.ts'
import { named, pathOf, shareNetwork, unfitReason } from './pairing.ts'

/** One chosen path: by its network, or by interface or address on each host. */
export interface PathChoice {
  network?: string | undefined
  server?: string | undefined
  client?: string | undefined
  backup?: boolean | undefined
}

/** Why a chosen path cannot be used. */
export interface ChoiceProblem {
  code: 'no-such-path'
  summary: string
  hint: string
}

/** Finds each choice; the ones that cannot be used come back as problems. */
export function choosePaths(
  choices: readonly PathChoice[],
  server: PairHost,
  client: PairHost,
): { paths: PairPath[]; problems: ChoiceProblem[] } {
  const paths: PairPath[] = []
  const problems: ChoiceProblem[] = []
  for (const choice of choices) {
    const found = choose(choice, server, client)
    if ('summary' in found) problems.push(found)
    else if (paths.some((path) => sameEnds(path, found))) {
      problems.push({
        code: 'no-such-path',
        summary: `${describeChoice(choice)} is the same path as another one of the list`,
        hint: 'name each path once',
      })
    } else paths.push(found)
  }
  return { paths, problems }
}

function choose(choice: PathChoice, server: PairHost, client: PairHost): PairPath | ChoiceProblem {
  const ours = find(choice.network ?? choice.server ?? '', server)
  const theirs = find(choice.network ?? choice.client ?? '', client)
  for (const [host, found] of [
    [server, ours],
    [client, theirs],
  ] as const) {
    if (found.length === 0) {
      return {
        code: 'no-such-path',
        summary: `${describeChoice(choice)}: ${host.name} has no such address or interface`,
        hint: `it has ${host.addresses.map((own) => named(own, host)).join(', ')}`,
      }
    }
  }
  const pairs = ours.flatMap((a) => theirs.filter((b) => b.family === a.family).map((b) => ({ a, b })))
  const reasons = pairs.map(({ a, b }) => unfitPair(a, b, server, client))
  const fit = pairs.filter((_pair, index) => reasons[index] === null)
  const best = fit.find(({ a, b }) => shareNetwork(a, b)) ?? fit[0]
  if (best === undefined) {
    return {
      code: 'no-such-path',
      summary: `${describeChoice(choice)}: ${reasons[0] ?? 'the two ends have no address of the same family'}`,
      hint: 'choose another path, or leave paths out to use all that both hosts have',
    }
  }
  const network = shareNetwork(best.a, best.b) ? networkOf(best.a.address, best.a.prefix) : null
  return pathOf(network, best.a, best.b, choice.backup ?? null)
}

/** Addresses in a network, on an interface, or just the one; IPv4 first. */
function find(text: string, host: PairHost): HostAddress[] {
  const network = text.includes('/') ? parseNetwork(text) : null
  const address = parseAddress(text)?.normal
  return host.addresses
    .filter((own) => {
      if (network !== null) return contains(network, own.address)
      return address === undefined ? own.dev === text : own.address === address
    })
    .toSorted((a, b) => a.family - b.family)
}

function unfitPair(a: HostAddress, b: HostAddress, server: PairHost, client: PairHost): string | null {
  if (a.address === b.address) return `both hosts have the address ${a.address}`
  for (const [own, host] of [
    [a, server],
    [b, client],
  ] as const) {
    const reason = unfitReason(own, host)
    // A host route has no network, but whoever names it knows that it is routed.
    if (reason !== null && !reason.startsWith('a /')) return `${named(own, host)}: ${reason}`
  }
  return null
}

function describeChoice(choice: PathChoice): string {
  return choice.network === undefined
    ? `path ${choice.server ?? ''} to ${choice.client ?? ''}`
    : `path ${choice.network}`
}

function sameEnds(a: PairPath, b: PairPath): boolean {
  return a.server.address === b.server.address && a.client.address === b.client.address
}
