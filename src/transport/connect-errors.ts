/** Tells apart why a host could not be reached, and whether trying again may help. Pure. */
import { HostError } from '../model/errors.ts'
import type { Connection } from '../model/host.ts'
import { endpointOf, serverOf, sshByHand } from './where.ts'

/** A failed attempt: what the host's result will say, and whether the next attempt may go better. */
export interface ConnectFailure {
  error: HostError
  transient: boolean
}

/** What ssh2 and node:net put on their errors. */
type RawError = Error & { code?: string | number; level?: string }

/** SSH_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE and OpenSSH's code for too many tries (RFC 4253, section 11.1). */
const AUTH_DISCONNECTS = new Set<unknown>([2, 14])

const LOST = new Set<unknown>(['ECONNRESET', 'ECONNABORTED', 'EPIPE'])
const NO_ROUTE = new Set<unknown>(['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'EADDRNOTAVAIL'])

/** Errors of the TCP connection: nothing of SSH was spoken yet. */
export function dialFailure(raw: Error, connection: Connection): ConnectFailure {
  const { code, message } = raw as RawError
  const where = endpointOf(connection)
  const { address, port, jumps } = connection
  const from = jumps.length === 0 ? 'here' : serverOf(jumps.at(-1)!)
  if (code === 'ENOTFOUND' || (typeof code === 'string' && code.startsWith('EAI_'))) {
    return failure('dns', `no address is known for ${address}${jumps.length === 0 ? '' : ` on ${from}`}`, {
      detail: message,
      hint: 'check the spelling and the name server, or give ansible_host an IP address',
      transient: code === 'EAI_AGAIN',
    })
  }
  if (code === 'ECONNREFUSED') {
    return failure('refused', `${where} refused the connection`, {
      detail: `nothing listens on port ${port}, or a firewall rejects it`,
      hint: 'check that the SSH server runs there and that ansible_port is right',
    })
  }
  if (code === 'ETIMEDOUT') return timeoutFailure(connection, message)
  if (NO_ROUTE.has(code)) {
    return failure('no-route', `${where} cannot be reached from ${from} (${code})`, {
      detail: message,
      hint: `check the address and the way to it: ip route get ${address}`,
      transient: code !== 'EADDRNOTAVAIL',
    })
  }
  if (LOST.has(code)) return lostFailure(connection, message)
  return failure('connection-lost', `connecting to ${where} failed`, { detail: message })
}

/**
 * The TCP connection did not come about in time: the host is down, or something drops its packets. Not transient: the
 * kernel has sent the first packet again and again meanwhile, and a limit in seconds is one that a person has set.
 */
export function timeoutFailure(connection: Connection, detail: string): ConnectFailure {
  return failure('timeout', `${endpointOf(connection)} did not answer`, {
    detail,
    hint: 'the host may be down, or a firewall drops the connection',
  })
}

/** Errors between the TCP connection and a ready session. `auth` says what a refused login means. */
export function handshakeFailure(raw: Error, connection: Connection, auth: () => HostError): ConnectFailure {
  const { code, level, message } = raw as RawError
  if (level === 'client-authentication' || AUTH_DISCONNECTS.has(code)) return { error: auth(), transient: false }
  const closed = LOST.has(code) || typeof code === 'number' || message.startsWith('Connection lost')
  if (closed) return lostFailure(connection, message)
  return failure('protocol', `no SSH session with ${endpointOf(connection)} could be agreed on`, {
    detail: message,
    hint: `check that the port is an SSH server and what it offers: ${sshByHand(connection, '-v')}`,
  })
}

/** The host took the TCP connection, and then said nothing more for too long. */
export function stalledFailure(connection: Connection, phase: 'handshake' | 'login', seconds: number): ConnectFailure {
  return failure('timeout', `${endpointOf(connection)} took the connection but did not finish the SSH ${phase}`, {
    detail: `it took longer than ${seconds} s`,
    hint: 'the host may be overloaded or frozen, or the port is not an SSH server',
  })
}

/** The host closed the connection before a session was ready; often MaxStartups, hence worth another try. */
export function lostFailure(connection: Connection, detail: string): ConnectFailure {
  return failure('connection-lost', `${endpointOf(connection)} closed the connection during the handshake`, {
    detail,
    hint: "see the SSH server's log: MaxStartups, PerSourcePenalties or a ban may be the cause, or the port is no SSH server",
    transient: true,
  })
}

function failure(
  code: string,
  summary: string,
  { detail, hint = '', transient = false }: { detail: string; hint?: string; transient?: boolean },
): ConnectFailure {
  return { error: new HostError('unreachable', code, summary, { detail, hint }), transient }
}
