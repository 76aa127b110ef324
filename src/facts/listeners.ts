import type { ProbeOutput } from '../model/fact.ts'
import { defineFact } from './define.ts'
import { endPiece, lines, piece, requireSuccess } from './read/output.ts'

export interface Listener {
  protocol: 'tcp' | 'mptcp'
  /** As ss prints it, without brackets: `0.0.0.0`, `*` (both families), `::`, `192.0.2.10`, `192.0.2.10%eth0`. */
  address: string
  port: number
  /** Names of the processes, empty where not visible. */
  processes: { name: string; pid: number }[]
}
export type Listeners = Listener[]

export const listeners = defineFact<Listeners>({
  key: 'listeners',
  summary: 'Listening TCP and MPTCP sockets and their processes (of other users only as root).',
  probe: `ss -HOltnp 2>&1
${endPiece('tcp')}
ss -HOlMnp 2>&1
${endPiece('mptcp')}`,
  parse: (output) => {
    const tcp = piece(output, 'tcp')
    requireSuccess(tcp, 'ss')
    const mptcp = parseSockets('mptcp', mptcpText(output))
    // The kernel's own TCP socket below each MPTCP one is listed too; told apart by place only, as it names its owner.
    const places = new Set(mptcp.map(place))
    return [...parseSockets('tcp', tcp.text).filter((socket) => !places.has(place(socket))), ...mptcp]
  },
  example: `LISTEN 0      128    0.0.0.0:22   0.0.0.0:* users:(("sshd",pid=59,fd=6))
LISTEN 0      5      0.0.0.0:8080 0.0.0.0:* users:(("python3",pid=347,fd=3))
LISTEN 0      128       [::]:22      [::]:* users:(("sshd",pid=59,fd=7))

== tcp 0
LISTEN 0      5      0.0.0.0:8080 0.0.0.0:* users:(("python3",pid=347,fd=3))

== mptcp 0
`,
})

/** An ss or kernel that knows no MPTCP sockets has none to show. */
function mptcpText(output: ProbeOutput): string {
  const { text, rc } = piece(output, 'mptcp')
  return rc === 0 ? text : ''
}

function place(socket: Listener): string {
  return `${socket.address} ${socket.port}`
}

/** Lines `[PROTOCOL] LISTEN RECV-Q SEND-Q LOCAL:PORT PEER:PORT [users:((…))]`; the socket of a port endpoint has port `*`. */
function parseSockets(protocol: Listener['protocol'], text: string): Listener[] {
  return lines(text).flatMap((line) => {
    const match = /^\s*(?:[a-z]+\s+)?LISTEN\s+\d+\s+\d+\s+(\S+):(\d{1,5})\s+\S+([^]*)$/.exec(line)
    if (match === null) return []
    const users = [...match[3]!.matchAll(/\("([^"]*)",pid=(\d{1,10})/g)]
    return [
      {
        protocol,
        address: match[1]!.replaceAll(/[[\]]/g, ''),
        port: Number(match[2]),
        processes: users.map(([, name = '', pid]) => ({ name, pid: Number(pid) })),
      },
    ]
  })
}
