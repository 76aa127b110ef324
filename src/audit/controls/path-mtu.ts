/** Both ends of each path of a pair have the same MTU. */
import * as z from 'zod'
import { addresses } from '../../facts/addresses.ts'
import { links } from '../../facts/links.ts'
import { routing } from '../../facts/routing.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl } from '../define.ts'
import { sharedPaths, testedPaths } from '../pair-paths.ts'
import { eachPeer, pairsVerdict } from '../pairs.ts'

export const pathMtu = defineControl({
  id: 'path-mtu',
  title: 'Both ends of each path of a pair have the same MTU',
  rationale:
    'Where the ends of a path differ, and routers on it say nothing, large packets of that subflow are lost and it hangs.',
  severity: 'medium',
  nist: ['CM-6', 'CP-8'],
  references: ['RFC 8899', 'ip-link(8), mtu'],
  params: z.strictObject({}),
  facts: () => ({ addresses, links, routing }),
  pairwise: true,
  check: (_, own, around) =>
    pairsVerdict(
      eachPeer(around, (theirs, peer) => {
        const isThere = ({ here, there }: ReturnType<typeof sharedPaths>[number]): boolean =>
          own.links[here.dev] !== undefined && theirs.links[there.dev] !== undefined
        const tested = testedPaths(around, peer).filter(isThere)
        const paths = tested.length > 0 ? tested : sharedPaths(around.host, own, peer, theirs).filter(isThere)
        if (paths.length === 0) {
          return { status: 'not-tested', reason: `no path to ${peer.name} is known`, evidence: [] }
        }
        const ends = paths.map(({ here, there }) => ({
          here: here.dev,
          there: there.dev,
          mtus: [own.links[here.dev]!.mtu, theirs.links[there.dev]!.mtu] as const,
        }))
        const evidence = ends.map(({ here, there, mtus }): Evidence => ({
          kind: 'running',
          fact: `links/${here}/mtu`,
          value: mtus[0],
          where: `${there} of ${peer.name} has ${mtus[1]}`,
        }))
        const unequal = ends.filter(({ mtus }) => mtus[0] !== mtus[1])
        const said = unequal.map(
          ({ here, there, mtus }) => `${here} has MTU ${mtus[0]}, ${there} of ${peer.name} ${mtus[1]}`,
        )
        return said.length > 0
          ? { status: 'fail', reason: said.join('; '), evidence }
          : { status: 'pass', reason: `${paths.length} paths to ${peer.name} with one MTU each`, evidence }
      }),
    ),
})
