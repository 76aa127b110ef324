/**
 * The proof that a transfer really used n paths, from samples of `ss` on the receiving end, byte counters of both ends
 * and the checksum. Pure; every condition fails with a reason of its own.
 */
import { deviceFailures } from './path-traffic.ts'
import type { ProofEvidence, ProofFailure } from './proof-evidence.ts'
import { clientDevice, serverDevice } from './proof-evidence.ts'
import type { Tally, TalliedSubflow } from './subflow-tally.ts'
import { tallySubflows } from './subflow-tally.ts'

/** A subflow with its devices and its part of all bytes (0 to 1) that the samples saw. */
interface ProvenSubflow {
  clientAddress: string
  clientDevice: string | null
  serverAddress: string
  serverDevice: string | null
  backup: boolean
  bytes: number
  share: number
}

interface Proof {
  /** Empty: proven. */
  failures: ProofFailure[]
  subflows: ProvenSubflow[]
}

/** Fewer samples than this prove nothing: growth needs two. */
const MIN_SAMPLES = 2

/** Judges the evidence; failures come in the order in which a person would look for them. */
export function prove(evidence: ProofEvidence): Proof {
  const tally = tallySubflows(evidence.samples)
  const total = tally.subflows.reduce((sum, subflow) => sum + subflow.bytes, 0)
  const connection = connectionFailures(evidence, tally)
  const failures = connection.length > 0 ? connection : subflowFailures(evidence, tally.subflows, total)
  if (evidence.checksumOk === false) {
    const reason = `the bytes that ${evidence.client} received are not the ones that ${evidence.server} sent (checksum)`
    failures.push({ code: 'checksum', reason })
  }
  return {
    failures,
    subflows: inPathOrder(evidence, tally.subflows)
      .filter((subflow) => subflow.established)
      .map((subflow) => describe(evidence, subflow, total)),
  }
}

/** `ss` lists subflows in no order that means anything. */
function inPathOrder({ paths }: ProofEvidence, subflows: readonly TalliedSubflow[]): TalliedSubflow[] {
  const place = (subflow: TalliedSubflow): number => {
    const index = paths.findIndex((path) => path.clientAddress === subflow.localAddress)
    return index === -1 ? paths.length : index
  }
  return subflows.toSorted((a, b) => place(a) - place(b))
}

function connectionFailures(evidence: ProofEvidence, tally: Tally): ProofFailure[] {
  const { client } = evidence
  if (tally.fallback) {
    return [{ code: 'fell-back', reason: 'the connection fell back to plain TCP' }]
  }
  if (tally.token === null && tally.plainTcp) {
    return [{ code: 'no-mptcp', reason: `the connection from ${client} was plain TCP, not MPTCP` }]
  }
  if (tally.samples < MIN_SAMPLES) {
    return [{ code: 'too-fast', reason: `the transfer was ${TOO_FAST}: ${client} saw it in ${tally.samples} samples` }]
  }
  return []
}

const TOO_FAST = 'too fast to sample, raise bytes'

function subflowFailures(evidence: ProofEvidence, all: readonly TalliedSubflow[], total: number): ProofFailure[] {
  const { minSubflows } = evidence
  const established = all.filter((subflow) => subflow.established)
  const failures: ProofFailure[] = []
  if (established.length < minSubflows) {
    const seen = established.map(pair).join(', ')
    const reason = `${established.length} of ${minSubflows} subflows were established (${seen === '' ? 'none' : seen})`
    failures.push({ code: 'too-few-subflows', reason })
  }
  const good: TalliedSubflow[] = []
  const bad: ProofFailure[] = []
  for (const subflow of established) {
    const failure = dataFailure(evidence, subflow, total)
    if (failure === null) good.push(subflow)
    else bad.push(failure)
  }
  // Subflows beyond those wanted may idle: a full mesh has more than it needs.
  if (good.length >= minSubflows) return deviceFailures(evidence, good)
  return [...failures, ...bad, ...deviceFailures(evidence, established)]
}

function dataFailure(evidence: ProofEvidence, subflow: TalliedSubflow, total: number): ProofFailure | null {
  if (subflow.backup) return null
  const { minShare } = evidence
  if (subflow.samples < MIN_SAMPLES) {
    return { code: 'too-fast', reason: `subflow ${pair(subflow)} was ${TOO_FAST}: seen once` }
  }
  if (subflow.bytes <= subflow.firstBytes) {
    return { code: 'no-growth', reason: `subflow ${pair(subflow)} received nothing while it was watched` }
  }
  const share = subflow.bytes / total
  if (share >= minShare) return null
  const reason = `subflow ${pair(subflow)} carried ${percent(share)} of the bytes, less than ${percent(minShare)}`
  return { code: 'small-share', reason }
}

function describe(evidence: ProofEvidence, subflow: TalliedSubflow, total: number): ProvenSubflow {
  return {
    clientAddress: subflow.localAddress,
    clientDevice: clientDevice(evidence, subflow),
    serverAddress: subflow.peerAddress,
    serverDevice: serverDevice(evidence, subflow),
    backup: subflow.backup,
    bytes: subflow.bytes,
    share: total === 0 ? 0 : subflow.bytes / total,
  }
}

function pair(subflow: TalliedSubflow): string {
  return `${subflow.localAddress} -> ${subflow.peerAddress}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
