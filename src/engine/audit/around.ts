/** What controls may know of a host beside its own facts: its pairs, their tests, the other ends, what was applied. */
import type { Known } from '../../audit/define.ts'
import type { ReadFact, ReadPeer } from '../../audit/evaluate.ts'
import type { Profile } from '../../audit/profile.ts'
import type { Inventory } from '../../inventory/types.ts'
import type { Applied } from '../../model/applied.ts'
import type { PastTest } from '../../model/audit.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { errorDiagnostic } from '../../model/diagnostic.ts'
import { didYouMean } from '../../text/closest.ts'
import type { FactResults } from '../script/probe.ts'

/** What kept runs say. */
export interface Past {
  /** The last test of each pair, the oldest first. */
  tests: readonly PastTest[]
  appliedTo: (host: string) => Applied
}

/** Of each host what is known before anything is read. Pairs of hosts that the inventory has no more are left out. */
export function knownOf(
  { pairs }: Pick<Profile, 'pairs'>,
  { tests, appliedTo }: Past,
  inventory: Pick<Inventory, 'hosts'>,
  now: string,
): (host: string) => Known {
  const isThere = ({ server, client }: Pick<PastTest, 'server' | 'client'>): boolean =>
    inventory.hosts.has(server) && inventory.hosts.has(client)
  const kept = tests.filter(isThere)
  const tested = kept.map(({ server, client }) => ({ server, client }))
  const named = pairs.map(({ server, client }) => ({ server, client, named: true as const }))
  const all = new Map([...tested, ...named].map((pair) => [JSON.stringify([pair.server, pair.client]), pair]))
  const pairsBy = byHost([...all.values()])
  const testsBy = byHost(kept)
  return (host) => ({
    host,
    now,
    pairs: pairsBy.get(host) ?? [],
    tests: testsBy.get(host) ?? [],
    applied: appliedTo(host),
  })
}

function byHost<T extends { server: string; client: string }>(items: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>()
  for (const item of items) {
    for (const name of [item.server, item.client]) {
      const own = found.get(name)
      if (own === undefined) found.set(name, [item])
      else own.push(item)
    }
  }
  return found
}

/** The other ends of a host's pairs. `look`: what was read of a host, or why nothing was. */
export function peersOf(
  { host, pairs }: Known,
  look: (peer: string) => { facts: FactResults } | { reason: string },
): ReadPeer[] {
  return pairs.map(({ server, client }): ReadPeer => {
    const [name, part] = server === host ? [client, 'client' as const] : [server, 'server' as const]
    const found = look(name)
    return 'facts' in found
      ? { name, part, read: readFrom(found.facts) }
      : { name, part, read: null, reason: `${name} was not read: ${found.reason}` }
  })
}

export function readFrom(facts: FactResults): ReadFact {
  return (key) => facts.get(key) ?? { ok: false, reason: 'it was not asked for', hint: '' }
}

/** What only one host needs is let go once it is judged; of a host that has pairs, this is kept for its peers. */
export function pairFacts(facts: FactResults, keys: ReadonlySet<string>): FactResults {
  return new Map([...facts].filter(([key]) => keys.has(key)))
}

/** Hosts that a profile's pairs name and the inventory lacks. */
export function unknownPairHosts({ pairs }: Pick<Profile, 'pairs'>, { hosts }: Pick<Inventory, 'hosts'>): Diagnostic[] {
  return pairs.flatMap((pair) =>
    (['server', 'client'] as const).flatMap((end) => {
      if (hosts.has(pair[end])) return []
      const hint = didYouMean(pair[end], hosts.keys()) || 'pairs: names hosts of the inventory'
      const source = pair.sources[end]
      return [errorDiagnostic('unknown-host', `no host is named "${pair[end]}"`, { source, hint })]
    }),
  )
}
