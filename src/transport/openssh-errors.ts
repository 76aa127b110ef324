/** Why OpenSSH's own client made no connection, from what it said. Pure. */
import { HostError } from '../model/errors.ts'
import type { Connection } from '../model/host.ts'
import { tail } from '../text/tail.ts'
import type { ConnectFailure } from './connect-errors.ts'
import { whereOf } from './where.ts'

interface Saying {
  pattern: RegExp
  code: string
  summary: (where: string) => string
  hint: string
  transient?: boolean
}

/** Whose key ssh speaks of: on the way to a host it may be a jump host's. Source: sshconnect.c. */
const NAMED = [
  /ost key for (\S+) (?:has changed|is marked as revoked|was revoked)/,
  /host key is known for (\S+) and you have requested/,
  /authenticity of host '([^\s']+)/,
  /ssh-keygen .*-R ["']?([^\s"']+)/,
]

/**
 * The first that fits: what happens on the way to a jump host is said before what that means for the host. Sources: ssh.c,
 * sshconnect.c, sshconnect2.c, readconf.c, packet.c, clientloop.c of OpenSSH 7.6 to 10.
 */
const SAYINGS: readonly Saying[] = [
  {
    pattern:
      /Bad configuration option|terminating, \d+ bad configuration|keyword .* extra arguments|[Uu]nsupported option/,
    code: 'transport',
    summary: (where) => `ssh refuses its configuration for ${where}`,
    hint: 'correct ssh_config or ansible_ssh_args where it says so',
  },
  {
    pattern: /REVOKED HOST KEY|is marked as revoked|revoked by file/i,
    code: 'host-key-revoked',
    summary: (where) => `the host key of ${where} is revoked`,
    hint: 'give the host a new key and make that one known',
  },
  {
    pattern: /IDENTIFICATION HAS CHANGED|has changed and you have requested strict checking/,
    code: 'host-key-changed',
    summary: (where) => `the host key of ${where} is not the one that is known`,
    hint: 'somebody may be between you and the host: compare the fingerprint on its console',
  },
  {
    pattern: /host key is known for|Host key verification failed|authenticity of host/i,
    code: 'host-key-unknown',
    summary: (where) => `the host key of ${where} is not accepted`,
    hint: 'make the key, or the certificate authority that signed it, known to ssh: see ssh-keyscan(1), or VERIFYING HOST KEYS in ssh(1)',
  },
  {
    pattern: /Permission denied|Too many authentication failures|No more authentication methods/,
    code: 'auth',
    summary: (where) => `${where} accepted none of the credentials that ssh has`,
    hint: 'it is run with BatchMode, so that nothing is asked: load encrypted keys into an agent',
  },
  {
    pattern: /administratively prohibited|stdio forwarding failed: .*prohibited/,
    code: 'jump-host',
    summary: (where) => `the jump host makes no connection to ${where}`,
    hint: 'allow it in its sshd_config: AllowTcpForwarding, PermitOpen',
  },
  {
    pattern: /Could not resolve hostname|Name or service not known/,
    code: 'dns',
    summary: (where) => `no address is known on the way to ${where}`,
    hint: 'check the spelling and the name server',
  },
  {
    pattern: /Connection refused/,
    code: 'refused',
    summary: (where) => `the connection to ${where} was refused`,
    hint: 'check that the SSH server runs there and that ansible_port is right',
  },
  {
    pattern: /timed out|Timeout, server/i,
    code: 'timeout',
    summary: (where) => `${where} did not answer`,
    hint: 'the host may be down, or a firewall drops the connection',
  },
  {
    pattern: /No route to host|Network is unreachable|Cannot assign requested address/,
    code: 'no-route',
    summary: (where) => `${where} cannot be reached from here`,
    hint: 'check the address and the way to it: ip route get',
    transient: true,
  },
  {
    pattern: /Unable to negotiate|no matching .* found/,
    code: 'protocol',
    summary: (where) => `no SSH session with ${where} could be agreed on`,
    hint: 'check what both sides offer: ssh -vv',
  },
  {
    pattern: /Connection (?:closed|reset)|Broken pipe|kex_exchange_identification|ssh_exchange_identification/,
    code: 'connection-lost',
    summary: (where) => `${where} closed the connection during the handshake`,
    hint: "see the SSH server's log: MaxStartups, PerSourcePenalties or a ban may be the cause, or ProxyCommand failed",
    transient: true,
  },
]

/** The error for a client that ended with `rc` before it was connected; `said` is its stderr. */
export function opensshFailure(connection: Connection, rc: number | null, said: string): ConnectFailure {
  const where = whereOf(connection)
  const detail = `ssh said: ${tail(said.trim(), 1000)}`
  if (rc === 127) {
    const hint = "install OpenSSH's client, or remove mptcp_fleet_transport: openssh"
    const error = new HostError('unreachable', 'transport', 'ssh is not installed here', { detail, hint })
    return { error, transient: false }
  }
  const found = SAYINGS.find(({ pattern }) => pattern.test(said))
  const {
    code,
    summary,
    hint,
    transient = false,
  } = found ?? {
    code: 'connection-lost',
    summary: (to: string) => `ssh made no connection to ${to}`,
    hint: 'try by hand: ssh -v',
  }
  const named = NAMED.map((pattern) => pattern.exec(said)?.[1]).find((name) => name !== undefined)
  const isBrief = code === 'dns' && /Temporary failure/.test(said)
  return {
    error: new HostError('unreachable', code, summary(code.startsWith('host-key') ? (named ?? where) : where), {
      detail,
      hint,
    }),
    transient: transient || isBrief,
  }
}

/** What ssh said of host keys that it let pass (StrictHostKeyChecking no) on the way to a connection. */
export function opensshDoubt(connection: Connection, said: string): HostError | null {
  return /REVOKED HOST KEY|IDENTIFICATION HAS CHANGED/.test(said) ? opensshFailure(connection, null, said).error : null
}

/** Throws HostError for what cannot be asked of the client. */
export function checkOpenssh({ openssh, password }: Connection): void {
  const destination = openssh!.at(-1) ?? ''
  if (openssh!.at(-2) !== '--' || destination === '' || destination.startsWith('-')) {
    throw refuse(
      `${JSON.stringify(destination)} is no name of a host`,
      'correct ansible_host: ssh takes it for an option',
    )
  }
  if (password !== null) {
    throw refuse(
      'transport: openssh takes no passwords',
      "use a key, an agent or GSSAPI, or remove mptcp_fleet_transport: openssh or the host's password",
    )
  }
}

function refuse(summary: string, hint: string): HostError {
  return new HostError('unreachable', 'transport', summary, { hint })
}
