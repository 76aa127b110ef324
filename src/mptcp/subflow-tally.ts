/** Follows one connection through the samples of a transfer: which subflows it had, and what each one received. */
import type { MptcpConnection, TcpSocket } from './ss.ts'

/** What `ss` showed at one moment on the receiving end. */
export interface Sample {
  connections: MptcpConnection[]
  sockets: TcpSocket[]
}

/** One subflow, by its pair of addresses, over all samples. */
export interface TalliedSubflow {
  localAddress: string
  localDevice: string | null
  peerAddress: string
  backup: boolean
  /** Seen ESTAB with the flag `e` (fully established). */
  established: boolean
  /** Samples that showed it. */
  samples: number
  /** bytes_received when first and last seen. */
  firstBytes: number
  bytes: number
}

export interface Tally {
  /** Samples with a connection that is MPTCP and did not fall back. */
  samples: number
  /** The connection's token; null where no sample showed one. */
  token: number | null
  /** A sample showed the flag `fallback`. */
  fallback: boolean
  /** Samples showed TCP without MPTCP. */
  plainTcp: boolean
  subflows: TalliedSubflow[]
}

/** Follows the connection that most samples show. The samples hold the trial's server port only. */
export function tallySubflows(samples: readonly Sample[]): Tally {
  const counts = new Map<number, number>()
  for (const { connections } of samples) {
    for (const { token, fallback } of connections) {
      if (token !== null && !fallback) counts.set(token, (counts.get(token) ?? 0) + 1)
    }
  }
  const [token, seen] = [...counts].toSorted((a, b) => b[1] - a[1])[0] ?? [null, 0]
  return {
    samples: seen,
    token,
    fallback: samples.some(({ connections }) => connections.some((c) => c.state === 'ESTAB' && c.fallback)),
    plainTcp: samples.some(({ sockets }) =>
      sockets.some((s) => s.state === 'ESTAB' && (s.mptcp?.localToken ?? 0) === 0),
    ),
    subflows: token === null ? [] : followSubflows(samples, token),
  }
}

function followSubflows(samples: readonly Sample[], token: number): TalliedSubflow[] {
  // By ports too: a subflow that was lost and made anew counts again from 0.
  const bySocket = new Map<string, TalliedSubflow>()
  for (const { sockets } of samples) {
    for (const socket of sockets.filter((s) => s.mptcp?.localToken === token)) {
      const { local, peer, bytesReceived, mptcp } = socket
      const key = `${local.address} ${local.port} ${peer.address} ${peer.port}`
      const known = bySocket.get(key)
      bySocket.set(key, {
        localAddress: local.address,
        localDevice: local.device ?? known?.localDevice ?? null,
        peerAddress: peer.address,
        backup: /[bB]/.test(mptcp!.flags),
        established: (known?.established ?? false) || (socket.state === 'ESTAB' && mptcp!.flags.includes('e')),
        samples: (known?.samples ?? 0) + 1,
        firstBytes: known?.firstBytes ?? bytesReceived,
        bytes: Math.max(known?.bytes ?? 0, bytesReceived),
      })
    }
  }
  return mergePairs([...bySocket.values()])
}

/** One entry for each pair of addresses, in the order in which they appeared. */
function mergePairs(subflows: readonly TalliedSubflow[]): TalliedSubflow[] {
  const pairs = new Map<string, TalliedSubflow>()
  for (const b of subflows) {
    const key = `${b.localAddress} ${b.peerAddress}`
    const a = pairs.get(key)
    const merged = a === undefined ? b : addUp(a, b)
    pairs.set(key, merged)
  }
  return [...pairs.values()]
}

function addUp(a: TalliedSubflow, b: TalliedSubflow): TalliedSubflow {
  return {
    ...a,
    localDevice: a.localDevice ?? b.localDevice,
    backup: a.backup && b.backup,
    established: a.established || b.established,
    samples: a.samples + b.samples,
    firstBytes: a.firstBytes + b.firstBytes,
    bytes: a.bytes + b.bytes,
  }
}
