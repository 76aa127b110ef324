/** Decides whether the key a host presents is the one we know, and says exactly what is wrong where it is not. */
import { readFile, stat } from 'node:fs/promises'
import { shellQuote } from '../text/shell.ts'
import { HostError } from '../model/errors.ts'
import type { Connection } from '../model/host.ts'
import {
  fingerprint,
  judgeHostKey,
  keyType,
  knownHostName,
  knownKeyTypes,
  parseKnownHosts,
  renderKnownHost,
} from './known-hosts.ts'
import type { KnownHost } from './known-hosts.ts'
import { endpointOf } from './where.ts'

/** What the handshake needs to know about a host's keys. */
export interface HostKeyPolicy {
  /** Signature algorithms in order of preference: those of known keys first, so that a good host never looks changed. */
  algorithms: HostKeyAlgorithm[]
  /** Null: accepted. */
  refuse: (key: Buffer) => HostError | null
}

const ALGORITHMS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
] as const
type HostKeyAlgorithm = (typeof ALGORITHMS)[number]

/** A reader of known_hosts files that parses a file again only when it has changed. */
export type KnownHostsReader = (files: readonly string[]) => Promise<KnownHost[]>

/** Files that are absent or unreadable hold no entries, as for OpenSSH; strict checking then finds the host unknown. */
export function createKnownHostsReader(): KnownHostsReader {
  const cache = new Map<string, { stamp: string; entries: KnownHost[] }>()
  const read = async (file: string): Promise<KnownHost[]> => {
    try {
      const { mtimeMs, size, ino } = await stat(file)
      const stamp = `${mtimeMs} ${size} ${ino}`
      const cached = cache.get(file)
      if (cached?.stamp === stamp) return cached.entries
      const entries = parseKnownHosts(await readFile(file, 'utf8'), file)
      cache.set(file, { stamp, entries })
      return entries
    } catch {
      return []
    }
  }
  return async (files) => (await Promise.all(files.map(read))).flat()
}

/** The policy for one connection, from the known_hosts files it names. */
export async function hostKeyPolicy(connection: Connection, read: KnownHostsReader): Promise<HostKeyPolicy> {
  if (connection.hostKeyChecking === 'off') return { algorithms: [...ALGORITHMS], refuse: () => null }
  const entries = await read(connection.knownHostsFiles)
  const known = knownKeyTypes(entries, connection.address, connection.port)
  return {
    algorithms: orderAlgorithms(known),
    refuse: (key) => refusal(entries, connection, key),
  }
}

/** All algorithms, those that sign with a key of a known type first. */
export function orderAlgorithms(knownTypes: readonly string[]): HostKeyAlgorithm[] {
  const isKnown = (algorithm: string): boolean => knownTypes.includes(algorithm.replace(/^rsa-sha2-.*/, 'ssh-rsa'))
  return [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((a) => !isKnown(a))]
}

function refusal(entries: readonly KnownHost[], connection: Connection, key: Buffer): HostError | null {
  const { address, port } = connection
  const verdict = judgeHostKey(entries, address, port, key)
  const presented = `${keyType(key) ?? 'unknown type'} ${fingerprint(key)}`
  const where = endpointOf(connection)
  switch (verdict.kind) {
    case 'match':
      return null
    case 'unknown':
      return unknownHost(entries, connection, key, presented)
    case 'revoked':
      return new HostError('unreachable', 'host-key-revoked', `the host key of ${where} is revoked`, {
        detail: `presented: ${presented}\nrevoked at ${verdict.entry.file}:${verdict.entry.line}`,
        hint: 'give the host a new key and make that one known; a revoked key may be in the hands of others',
      })
    case 'changed': {
      const name = knownHostName(address, port)
      const known = verdict.entries.map((e) => `known:     ${e.type} ${fingerprint(e.key)} at ${e.file}:${e.line}`)
      const file = verdict.entries[0]?.file ?? ''
      return new HostError('unreachable', 'host-key-changed', `the host key of ${where} is not the one that is known`, {
        detail: [`presented: ${presented}`, ...known].join('\n'),
        hint:
          'somebody may be between you and the host. If the host was reinstalled, compare the fingerprint on its ' +
          `console, then: ssh-keygen -R ${shellQuote(name)} -f ${shellQuote(file)}, and add the new key`,
      })
    }
    default:
      return verdict satisfies never
  }
}

function unknownHost(
  entries: readonly KnownHost[],
  { address, port, knownHostsFiles }: Connection,
  key: Buffer,
  presented: string,
): HostError {
  const files = knownHostsFiles.length > 0 ? knownHostsFiles.join(', ') : 'no known_hosts file is configured'
  const authorities = entries.some((e) => e.marker === 'cert-authority')
  const scanType = (keyType(key) ?? 'ed25519').replace(/^ssh-/, '').replace(/^ecdsa-.*/, 'ecdsa')
  const target = knownHostsFiles[0] ?? '~/.ssh/known_hosts'
  const portFlag = port === 22 ? '' : `-p ${port} `
  return new HostError(
    'unreachable',
    'host-key-unknown',
    `the host key of ${knownHostName(address, port)} is unknown`,
    {
      detail: [
        `presented: ${presented}`,
        `looked in: ${files}`,
        `its entry would be: ${renderKnownHost(address, port, key)}`,
        ...(authorities ? ['@cert-authority entries are not used: host certificates are not supported'] : []),
      ].join('\n'),
      hint:
        `compare the fingerprint on the host's console (ssh-keygen -lf /etc/ssh/ssh_host_${scanType}_key.pub), then: ` +
        `ssh-keyscan ${portFlag}-t ${scanType} ${shellQuote(address)} >> ${target}`,
    },
  )
}
