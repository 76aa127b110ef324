/**
 * The proof that a transfer really used n paths, from samples of `ss` on the receiving end, byte counters of both ends
 * and the checksum. Pure; every condition fails with a reason of its own.
 */
import type { DeviceBytes } from './counters.ts'
import type { Sample, Tally, TalliedSubflow } from './subflow-tally.ts'
import { tallySubflows } from './subflow-tally.ts'

/** One path that the two hosts could use, as addresses and devices say. */
export interface ProofPath {
  serverAddress: string
  serverDevice: string
  clientAddress: string
  clientDevice: string
}

/** What `ip route get DST from SRC` said on one end before the transfer. */
export interface RouteTaken {
  src: string
  dst: string
  dev: string | null
}

export interface ProofEvidence {
  server: string
  client: string
  minSubflows: number
  /** Least part of all bytes on every subflow that is no backup, 0 to 1. */
  minShare: number
  paths: readonly ProofPath[]
  /** On the client, in the order taken. */
  samples: readonly Sample[]
  /** Bytes that each device gained over the transfer. */
  serverBytes: DeviceBytes
  clientBytes: DeviceBytes
  serverRoutes: readonly RouteTaken[]
  clientRoutes: readonly RouteTaken[]
  /** Null where nothing was received. */
  checksumOk: boolean | null
}

export type ProofFailureCode =
  | 'too-fast'
  | 'no-mptcp'
  | 'fell-back'
  | 'too-few-subflows'
  | 'no-growth'
  | 'small-share'
  | 'one-sided'
  | 'counters-missing'
  | 'checksum'

export interface ProofFailure {
  code: ProofFailureCode
  reason: string
}

/** A subflow with its devices and its part of all bytes (0 to 1) that the samples saw. */
export interface ProvenSubflow {
  clientAddress: string
  clientDevice: string | null
  serverAddress: string
  serverDevice: string | null
  backup: boolean
  bytes: number
  share: number
}

export interface Proof {
  /** Empty: proven. */
  failures: ProofFailure[]
  subflows: ProvenSubflow[]
}

/** Fewer samples than this prove nothing: growth needs two. */
const MIN_SAMPLES = 2

/**
 * Bytes by which a device must grow, in each direction, for the subflows on it: what acknowledgements alone come to
 * (one of 66 bytes for 64 KiB received, the most that segments are merged to by default, is 1/1000; a tenth of that for
 * larger merging), and more than address resolution and neighbour discovery make in the same time.
 */
const LEAST_GROWTH = 1000
const LEAST_GROWTH_PART = 1 / 10_000

/** Judges the evidence; failures come in the order in which a person would look for them. */
export function prove(evidence: ProofEvidence): Proof {
  const tally = tallySubflows(evidence.samples)
  const total = tally.subflows.reduce((sum, subflow) => sum + subflow.bytes, 0)
  const failures = connectionFailures(evidence, tally)
  if (failures.length === 0) failures.push(...subflowFailures(evidence, tally.subflows, total))
  if (evidence.checksumOk === false) {
    const reason = `the bytes that ${evidence.client} received are not the ones that ${evidence.server} sent (checksum)`
    failures.push({ code: 'checksum', reason })
  }
  return {
    failures,
    subflows: tally.subflows.filter((s) => s.established).map((s) => describe(evidence, s, total)),
  }
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
  const bad = established.map((subflow) => dataFailure(evidence, subflow, total)).filter((f) => f !== null)
  // Subflows beyond those wanted may idle: a full mesh has more than it needs.
  if (established.length - bad.length < Math.min(minSubflows, established.length)) failures.push(...bad)
  return [...failures, ...deviceFailures(evidence, established)]
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

function deviceFailures(evidence: ProofEvidence, established: readonly TalliedSubflow[]): ProofFailure[] {
  const ends = [
    { host: evidence.server, grown: evidence.serverBytes, routes: evidence.serverRoutes, of: serverDevice },
    { host: evidence.client, grown: evidence.clientBytes, routes: evidence.clientRoutes, of: clientDevice },
  ]
  return ends.flatMap(({ host, grown, routes, of }) => {
    const carried = new Map<string, number>()
    for (const subflow of established) {
      const device = of(evidence, subflow)
      if (device === null) continue
      carried.set(device, (carried.get(device) ?? 0) + (subflow.backup ? 0 : subflow.bytes))
    }
    return [...carried].flatMap(([device, bytes]) => deviceFailure(evidence, { host, device, bytes, grown, routes }))
  })
}

interface DeviceView {
  host: string
  device: string
  /** What the subflows on it carried, backups left out. */
  bytes: number
  grown: DeviceBytes
  routes: readonly RouteTaken[]
}

function deviceFailure(evidence: ProofEvidence, view: DeviceView): ProofFailure[] {
  const { host, device, bytes, grown } = view
  const growth = grown[device]
  if (growth === undefined) {
    return [{ code: 'counters-missing', reason: `the byte counters of ${device} on ${host} could not be read` }]
  }
  const least = bytes === 0 ? 1 : Math.max(LEAST_GROWTH, bytes * LEAST_GROWTH_PART)
  const ways = [
    { count: growth.tx, what: 'left through', way: 'sent' },
    { count: growth.rx, what: 'arrived at', way: 'received' },
  ]
  return ways
    .filter(({ count }) => count < least)
    .map(({ count, what, way }) => ({
      code: 'one-sided',
      reason:
        `hardly anything ${what} ${device} on ${host}: ${count} bytes ${way}, although its subflows carried ${bytes}` +
        (way === 'sent' ? routeHint(evidence, view) : ''),
    }))
}

/** `; the route from A to B leaves by X` where a path's own address is routed through another device. */
function routeHint(evidence: ProofEvidence, { host, device, routes }: DeviceView): string {
  const own = evidence.paths.flatMap((p) => {
    if (host === evidence.client) return p.clientDevice === device ? [p.clientAddress] : []
    return p.serverDevice === device ? [p.serverAddress] : []
  })
  const astray = routes.find((route) => own.includes(route.src) && route.dev !== null && route.dev !== device)
  if (astray === undefined) return ''
  return (
    `; the route from ${astray.src} to ${astray.dst} leaves by ${astray.dev}` +
    ` (give the endpoint its dev, or add an ip rule from ${astray.src})`
  )
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

function clientDevice({ paths }: ProofEvidence, subflow: TalliedSubflow): string | null {
  return subflow.localDevice ?? paths.find((p) => p.clientAddress === subflow.localAddress)?.clientDevice ?? null
}

/** The network of the client's address tells the server's device, also where the subflow goes to another address. */
function serverDevice({ paths }: ProofEvidence, subflow: TalliedSubflow): string | null {
  const path =
    paths.find((p) => p.clientAddress === subflow.localAddress) ??
    paths.find((p) => p.serverAddress === subflow.peerAddress)
  return path?.serverDevice ?? null
}

function pair(subflow: TalliedSubflow): string {
  return `${subflow.localAddress} -> ${subflow.peerAddress}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
