/** Says with a trial's failures what caused them, as far as counters and facts of both ends tell. */
import type { Explains, FallbackEvidence } from '../../mptcp/fallback-evidence.ts'
import { diagnose, phraseDiagnosis } from '../../mptcp/fallback.ts'
import type { ProofFailure } from '../../mptcp/proof-evidence.ts'
import type { Sample } from '../../mptcp/subflow-tally.ts'
import { tallySubflows } from '../../mptcp/subflow-tally.ts'
import type { ClientEvidence, ServerEvidence } from './evidence.ts'
import type { TrialTerms } from './terms.ts'

/** The transfer itself did not come to its end. */
export interface TransferFailure {
  code: 'transfer'
  reason: string
}

const EXPLAINED_BY: Partial<Record<ProofFailure['code'] | TransferFailure['code'], Explains>> = {
  transfer: 'transfer',
  'too-fast': 'connection',
  'no-mptcp': 'connection',
  'fell-back': 'connection',
  'too-few-subflows': 'joins',
  'no-growth': 'data',
  'small-share': 'data',
  'one-sided': 'data',
}

/** Reasons in the order of the failures; the cause of several of one kind stands with the first of them. */
export function explainFailures(
  terms: TrialTerms,
  seen: { server: ServerEvidence; client: ClientEvidence },
  failures: readonly (ProofFailure | TransferFailure)[],
): string[] {
  const evidence = toEvidence(terms, seen)
  const told = new Set<string>()
  return failures.map(({ code, reason }) => {
    const explains = EXPLAINED_BY[code]
    if (explains === undefined) return reason
    const phrase = phraseDiagnosis(diagnose(evidence, explains), evidence)
    if (phrase === '' || told.has(phrase)) return reason
    told.add(phrase)
    return `${reason}: ${phrase}`
  })
}

function toEvidence(
  { ends, paths, minSubflows, ...terms }: TrialTerms,
  { server, client }: { server: ServerEvidence; client: ClientEvidence },
): FallbackEvidence {
  return {
    server: { name: terms.server, counters: server.counters, ...ends.server },
    client: { name: terms.client, counters: client.counters, ...ends.client },
    serverListensMptcp: server.listensMptcp,
    first: { serverAddress: paths[0]?.serverAddress ?? '', clientAddress: paths[0]?.clientAddress ?? '' },
    wanted: minSubflows - 1,
    waitingJoins: waitingJoins(client.samples),
    curlRc: client.transfer?.curlRc ?? null,
  }
}

/** Samples in which a SYN must be seen unanswered to be taken for one that waits: an answer takes less than 50 ms. */
const WAITING = 2

/** SYNs for further subflows of the connection that got no answer; null where no sample shows a connection. */
function waitingJoins(samples: readonly Sample[]): { from: string; to: string }[] | null {
  const { token } = tallySubflows(samples)
  if (token === null) return null
  const seen = new Map<string, number>()
  for (const { sockets } of samples) {
    for (const { state, local, peer, mptcp } of sockets) {
      if (state !== 'SYN-SENT' || mptcp?.localToken !== token) continue
      const pair = `${local.address} ${peer.address}`
      seen.set(pair, (seen.get(pair) ?? 0) + 1)
    }
  }
  return [...seen]
    .filter(([, times]) => times >= WAITING)
    .map(([pair]) => ({ from: pair.split(' ')[0]!, to: pair.split(' ')[1]! }))
}
