/** The paths of a pair, as controls see them from one of its ends. */
import type { Addresses } from '../facts/addresses.ts'
import type { Links } from '../facts/links.ts'
import type { Routing } from '../facts/routing.ts'
import type { PathEnd } from '../mptcp/pairing.ts'
import { candidatePaths } from '../mptcp/pairing.ts'
import type { Known, Peer } from './define.ts'

interface PathFacts {
  addresses: Addresses
  links: Links
  routing: Routing
}

/** A path with its end here and its end there. */
interface SeenPath {
  here: PathEnd
  there: PathEnd
}

/** Paths that both ends have by their addresses, each network once. */
export function sharedPaths(
  host: string,
  own: PathFacts,
  peer: Pick<Peer<never>, 'name' | 'part'>,
  theirs: PathFacts,
): SeenPath[] {
  const [here, there] = [
    { name: host, ...own },
    { name: peer.name, ...theirs },
  ]
  const { paths } = peer.part === 'server' ? candidatePaths(there, here) : candidatePaths(here, there)
  return paths.map(({ server, client }) => seen(peer.part, server, client))
}

/** Paths that the last test of the pair went over, as far as it knew the devices. */
export function testedPaths({ host, tests }: Known, { name, part }: Pick<Peer<never>, 'name' | 'part'>): SeenPath[] {
  const [server, client] = part === 'server' ? [name, host] : [host, name]
  const test = tests.find((one) => one.server === server && one.client === client)
  return (test?.subflows ?? []).flatMap((subflow) => {
    const { serverAddress, serverDevice, clientAddress, clientDevice } = subflow
    if (serverDevice === null || clientDevice === null) return []
    const ends = [
      { address: serverAddress, dev: serverDevice },
      { address: clientAddress, dev: clientDevice },
    ] as const
    return [seen(part, ...ends)]
  })
}

/** `part`: that of the other end. */
function seen(part: 'server' | 'client', server: PathEnd, client: PathEnd): SeenPath {
  return part === 'server' ? { here: client, there: server } : { here: server, there: client }
}
