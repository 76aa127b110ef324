/** What is said of a host key that is not accepted: what was presented, what is known, what to do. Pure. */
import { HostError } from '../model/errors.ts'
import type { Connection } from '../model/host.ts'
import { shellQuote } from '../text/shell.ts'
import { fingerprint, keyType } from './host-key-blob.ts'
import type { KnownHost } from './known-hosts.ts'
import { knownAs, renderKnownHost } from './known-hosts.ts'
import { endpointOf, sshByHand } from './where.ts'

export function revokedKey(connection: Connection, key: Buffer, entry: KnownHost): HostError {
  return refusal('host-key-revoked', `the host key of ${endpointOf(connection)} is revoked`, {
    detail: `presented: ${describe(key)}\nrevoked at ${entry.file}:${entry.line}`,
    hint: 'give the host a new key and make that one known; a revoked key may be in the hands of others',
  })
}

export function changedKey(connection: Connection, key: Buffer, entries: readonly KnownHost[]): HostError {
  const known = entries.map((e) => `known:     ${e.type} ${fingerprint(e.key)} at ${e.file}:${e.line}`)
  const file = entries[0]?.file ?? ''
  return refusal('host-key-changed', `the host key of ${endpointOf(connection)} is not the one that is known`, {
    detail: [`presented: ${describe(key)}`, ...known].join('\n'),
    hint:
      'somebody may be between you and the host. If the host was reinstalled, compare the fingerprint on its ' +
      `console, then: ssh-keygen -R ${shellQuote(nameOf(connection))} -f ${shellQuote(file)}, and add the new key`,
  })
}

/** An RSA key of too few bits is one that others may have computed. */
export function weakKey(connection: Connection, bits: number): HostError {
  return refusal('host-key-weak', `the RSA host key of ${endpointOf(connection)} is too short`, {
    detail: `it has ${bits} bits; RequiredRSASize is ${connection.ssh.requiredRsaBits}`,
    hint: 'give the host a new key: ssh-keygen -A, or an RSA key of 3072 bits',
  })
}

export function authorityOnly(connection: Connection, key: Buffer, authorities: readonly KnownHost[]): HostError {
  const places = authorities.map(({ file, line }) => `${file}:${line}`).join(', ')
  return refusal('host-key-authority', `${nameOf(connection)} is known by a certificate authority only`, {
    detail: `presented: ${describe(key)}\n@cert-authority at ${places}: host certificates are not supported`,
    hint:
      "make the host's own key known as well, or let OpenSSH's own client make the connection: " +
      'set transport: openssh for the host (variable mptcp_fleet_transport)',
  })
}

/** `unwritable`: why the key could not be made known although it would have been accepted. */
export function unknownKey(connection: Connection, key: Buffer, unwritable: string | null): HostError {
  const { address, port, ssh } = connection
  const name = nameOf(connection)
  const files = [...ssh.userKnownHostsFiles, ...ssh.globalKnownHostsFiles]
  const scanType = (keyType(key) ?? 'ed25519').replace(/^ssh-/, '').replace(/^ecdsa-.*/, 'ecdsa')
  const target = files[0] ?? '~/.ssh/known_hosts'
  const portFlag = port === 22 ? '' : `-p ${port} `
  // Only from there can it be asked for its key.
  const jump = connection.jumps.at(-1)
  const from = jump === undefined ? '' : `${sshByHand({ ...jump, jumps: connection.jumps.slice(0, -1) })} `
  const trust =
    ssh.hostKeyChecking === 'ask'
      ? '. Nobody can be asked: StrictHostKeyChecking accept-new takes new keys on trust'
      : ''
  return refusal('host-key-unknown', `the host key of ${name} is unknown`, {
    detail: [
      `presented: ${describe(key)}`,
      `looked in: ${files.length > 0 ? files.join(', ') : 'no known_hosts file is configured'}`,
      `its entry would be: ${renderKnownHost(name, key)}`,
      ...(unwritable === null ? [] : [`it was not made known: ${unwritable}`]),
    ].join('\n'),
    hint:
      `compare the fingerprint on the host's console (ssh-keygen -lf /etc/ssh/ssh_host_${scanType}_key.pub), then: ` +
      // ssh-keyscan writes what a host is called, not its alias.
      (ssh.hostKeyAlias === null
        ? `${from}ssh-keyscan ${portFlag}-t ${scanType} ${shellQuote(address)} >> ${target}${trust}`
        : `add the entry to ${target}${trust}`),
  })
}

function nameOf({ address, port, ssh }: Connection): string {
  return knownAs(address, port, ssh.hostKeyAlias).name
}

function describe(key: Buffer): string {
  return `${keyType(key) ?? 'unknown type'} ${fingerprint(key)}`
}

function refusal(code: string, summary: string, more: { detail: string; hint: string }): HostError {
  return new HostError('unreachable', code, summary, more)
}
