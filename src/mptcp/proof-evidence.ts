/** What a proof is made of, and which devices a subflow went through. */
import type { DeviceBytes } from './counters.ts'
import type { Sample, TalliedSubflow } from './subflow-tally.ts'

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
  /** Device by address. */
  serverDevices: Readonly<Record<string, string>>
  clientDevices: Readonly<Record<string, string>>
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

type ProofFailureCode =
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

/** The client's device: the one that the socket is bound to, else the one that has its address. */
export function clientDevice({ clientDevices }: ProofEvidence, subflow: TalliedSubflow): string | null {
  return subflow.localDevice ?? clientDevices[subflow.localAddress] ?? null
}

/** The network of the client's address tells the server's device, also where the subflow goes to another address. */
export function serverDevice({ paths, serverDevices }: ProofEvidence, subflow: TalliedSubflow): string | null {
  const path = paths.find((p) => p.clientAddress === subflow.localAddress)
  return path?.serverDevice ?? serverDevices[subflow.peerAddress] ?? null
}
