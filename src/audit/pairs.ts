/** Controls that look at each pair of a host: what is wrong with one counts, then what nobody could tell. */
import type { Evidence, Remedy } from '../model/audit.ts'
import type { Peer, Surroundings, Verdict } from './define.ts'
import { fail, notTested, pass } from './define.ts'

/** What a control found of one pair. */
export interface PairFinding {
  /** Without the names of the pair where they say nothing. */
  reason: string
  status: 'pass' | 'fail' | 'not-tested'
  evidence: readonly Evidence[]
}

/** One verdict of those of all pairs, of which there is at least one. `remedy`: of all that fails. */
export function pairsVerdict(findings: readonly PairFinding[], remedy: Remedy | null = null): Verdict {
  const evidence = findings.flatMap((one) => one.evidence)
  const said = (status: PairFinding['status']): string =>
    findings
      .filter((one) => one.status === status)
      .map(({ reason }) => reason)
      .join('; ')
  const is = (status: PairFinding['status']): boolean => findings.some((one) => one.status === status)
  if (is('fail')) return fail(said('fail'), remedy, ...evidence)
  if (is('not-tested')) return notTested(said('not-tested'), ...evidence)
  return pass(said('pass'), ...evidence)
}

/** Looks at each peer that was read. */
export function eachPeer<H>(
  { peers }: Surroundings<H>,
  look: (have: H, peer: Pick<Peer<H>, 'name' | 'part'>) => PairFinding,
): PairFinding[] {
  return peers.map((peer) =>
    'reason' in peer ? { status: 'not-tested', reason: peer.reason, evidence: [] } : look(peer.have, peer),
  )
}
