import type { MptcpConnection, TcpSocket } from '../mptcp/ss.ts'
import { parseMptcpConnections, parseTcpSockets } from '../mptcp/ss.ts'
import { defineFact } from './define.ts'
import { endPiece, piece, requireSuccess } from './read/output.ts'

/** One subflow of a connection, as this host sees it. Bytes since it was made. */
export interface Subflow {
  /** `ESTAB`, `SYN-SENT` (a join that is not answered yet), … */
  state: string
  localAddress: string
  localPort: number | null
  /** What the socket is bound to; null where it is bound to none. */
  localDevice: string | null
  peerAddress: string
  peerPort: number | null
  /** Added to the connection later, not its first one. */
  join: boolean
  backup: boolean
  /** MPTCP is fully established on it: both ends have seen the other's data. */
  established: boolean
  /** Acknowledged by the peer. */
  bytesSent: number
  bytesReceived: number
}

/** One MPTCP connection. Bytes are those of the program's data, each counted once. */
export interface Connection {
  state: string
  localAddress: string
  localPort: number | null
  peerAddress: string
  peerPort: number | null
  /** It carries plain TCP although the program asked for MPTCP. */
  fallback: boolean
  bytesSent: number
  bytesReceived: number
  /** Names of the programs that hold it; empty where they are not visible. */
  programs: string[]
  /** The first one first. */
  subflows: Subflow[]
}

export interface Connections {
  /** All MPTCP connections of the host. */
  total: number
  /** Those among all of them that fell back to plain TCP. */
  fallbacks: number
  /** The first MAX_LISTED of them. */
  listed: Connection[]
}

/** Connections that are read in full; the others are counted. */
const MAX_LISTED = 50
/** Subflows of these: the kernel allows 8 extra ones for each, and it is rare that one has more than two. */
const MAX_SUBFLOWS = 400

export const connections = defineFact<Connections>({
  key: 'connections',
  summary: 'Live MPTCP connections with their subflows.',
  // Subflows are looked up by the tokens of the connections listed, so that a busy server does not send all its sockets.
  // What a program calls itself stands in quotes before the word that is counted.
  probe: `o=$(ss -HOMnip 2>&1); r=$?
l=$(printf '%s\\n' "$o" | head -n ${MAX_LISTED})
printf '%s\\n' "$l"
(exit $r)
${endPiece('connections')}
printf '%s\\n' "$o" | grep -c .
${endPiece('total')}
printf '%s\\n' "$o" | grep -cE ' fallback( [^"]*)?$'
${endPiece('fallbacks')}
t=$(printf '%s\\n' "$l" | sed -n 's/.* token:0*\\([0-9a-f][0-9a-f]*\\).*/\\1/p' | tr '\\n' '|')
[ -z "$t" ] || ss -HOtni 2>&1 | grep -E "/0*(\${t%|})[(]id:" | head -n ${MAX_SUBFLOWS}
${endPiece('subflows')}`,
  parse: (output) => {
    const shown = piece(output, 'connections')
    requireSuccess(shown, 'ss')
    const sockets = parseTcpSockets(piece(output, 'subflows').text)
    const found = parseMptcpConnections(shown.text).filter(({ state }) => state !== 'LISTEN')
    const listed = found.slice(0, MAX_LISTED).map((connection) => withSubflows(connection, sockets))
    return {
      total: Math.max(listed.length, count(piece(output, 'total').text)),
      fallbacks: count(piece(output, 'fallbacks').text),
      listed,
    }
  },
  example: `ESTAB 6184992 0      192.0.2.10:41266 192.0.2.20:8080 users:(("curl",pid=708,fd=4)) subflows:1 add_addr_accepted:1 subflows_max:2 add_addr_accepted_max:1 remote_key token:79926234 write_seq:17103981417069230783 bytes_sent:80 bytes_received:6288627 bytes_acked:80 subflows_total:2 last_data_sent:988

== connections 0
1

== total 0
0

== fallbacks 1
ESTAB 0      0      198.51.100.10:36109 198.51.100.20:8080  bbr wscale:10,10 rto:200 bytes_acked:1 bytes_received:2816407 snd_wnd:64512 tcp-ulp-mptcp flags:Jjec token:7d340577(id:2)/79926234(id:1) seq:10650299913858346827
ESTAB 0      0         192.0.2.10:41266    192.0.2.20:8080  bbr bytes_sent:80 bytes_acked:81 bytes_received:3473451 snd_wnd:64512 tcp-ulp-mptcp flags:Mmecv token:0000(id:0)/79926234(id:0)

== subflows 0
`,
})

function count(text: string): number {
  return Number(/^\d{1,9}$/m.exec(text)?.[0] ?? 0)
}

function withSubflows(connection: MptcpConnection, sockets: readonly TcpSocket[]): Connection {
  const { state, local, peer, token, fallback, numbers, programs } = connection
  const subflows = sockets
    .flatMap((socket) => (token !== null && socket.mptcp?.localToken === token ? [subflow(socket, socket.mptcp)] : []))
    .toSorted((a, b) => Number(a.join) - Number(b.join))
  const sum = (name: 'bytesSent' | 'bytesReceived'): number => subflows.reduce((total, one) => total + one[name], 0)
  return {
    state,
    localAddress: local.address,
    localPort: local.port,
    peerAddress: peer.address,
    peerPort: peer.port,
    fallback,
    // Kernels before 6.5 do not count by connection.
    bytesSent: numbers['bytes_acked'] ?? numbers['bytes_sent'] ?? sum('bytesSent'),
    bytesReceived: numbers['bytes_received'] ?? sum('bytesReceived'),
    programs,
    subflows,
  }
}

function subflow({ state, local, peer, bytesAcked, bytesReceived }: TcpSocket, { flags }: { flags: string }): Subflow {
  return {
    state,
    localAddress: local.address,
    localPort: local.port,
    localDevice: local.device,
    peerAddress: peer.address,
    peerPort: peer.port,
    join: /[jJ]/.test(flags),
    backup: /[bB]/.test(flags),
    established: flags.includes('e'),
    bytesSent: bytesAcked,
    bytesReceived,
  }
}
