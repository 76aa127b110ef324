/** What a pair's plan tells beside its changes: paths, roles, what is no path and why. */
import type { Note } from '../../model/change.ts'
import type { PairPath, Rejected } from '../../mptcp/pairing.ts'
import { endpointKey } from '../../facts/mptcp_endpoints.ts'
import type { PairFacts, PairWish } from './pair-types.ts'

interface PairView {
  want: PairWish
  client: string
  paths: readonly PairPath[]
  rejected: readonly Rejected[]
  hosts: { server: PairFacts; client: PairFacts }
  /** Of the checks of routes and filters. */
  checks: readonly string[]
}

export function pairNotes(view: PairView): Note[] {
  const { want, client, paths, rejected, hosts, checks } = view
  if (paths.length === 0) return []
  const extra = paths.length - 1
  const pair = `${want.server} and ${client}`
  return [
    ...paths.map((path) => ({ summary: `path of ${pair}: ${describePath(path, view)}` })),
    ...(extra > 0
      ? [
          {
            summary: `${want.server} announces its address on each path; ${client} opens ${extra} extra ${extra === 1 ? 'subflow' : 'subflows'} to what is announced`,
            detail: `limits: subflows at least ${extra} on both, add_addr_accepted at least ${extra} on ${client}; higher ones stay`,
          },
        ]
      : []),
    ...rejected
      .filter(({ plain }) => !plain)
      .map(({ what, reason }) => ({ summary: `no path of ${pair}: ${what}: ${reason}` })),
    ...plainlyNone(
      pair,
      rejected.filter(({ plain }) => plain),
    ),
    ...checks.map((summary) => ({ summary })),
    ...strayEndpoints(client, paths, hosts.client),
  ]
}

/** Addresses that are never a path, on any host: in one line. */
function plainlyNone(pair: string, rejected: readonly Rejected[]): Note[] {
  if (rejected.length === 0) return []
  const reasons = [...new Set(rejected.map(({ reason }) => reason))].join(', ')
  return [
    {
      summary: `no path of ${pair}: ${rejected.length} ${rejected.length === 1 ? 'address' : 'addresses'} (${reasons})`,
      detail: rejected.map(({ what, reason }) => `${what}: ${reason}`).join('\n'),
    },
  ]
}

function describePath(path: PairPath, { want, client, hosts }: PairView): string {
  const ends = `${path.server.address} (${path.server.dev}) to ${path.client.address} (${path.client.dev})`
  const ssh = [
    ...(hosts.server.ssh?.serverAddress === path.server.address ? [want.server] : []),
    ...(hosts.client.ssh?.serverAddress === path.client.address ? [client] : []),
  ]
  return [
    path.network ?? 'routed',
    ends,
    ...(path.backup === true ? ['backup'] : []),
    ...(ssh.length > 0 ? [`carries SSH to ${ssh.join(' and ')}`] : []),
  ].join(', ')
}

/** Subflow endpoints beside the paths: their attempts count against the limits too. */
function strayEndpoints(name: string, paths: readonly PairPath[], client: PairFacts): Note[] {
  const own = new Set(paths.map((path) => path.client.address))
  return Object.values(client.endpoints)
    .filter(({ flags, address }) => flags.includes('subflow') && !flags.includes('implicit') && !own.has(address))
    .map((endpoint) => ({
      summary: `${name}: endpoint ${endpointKey(endpoint)} is on none of the paths, but subflows from it count against the limit`,
    }))
}
