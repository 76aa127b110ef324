/** OpenSSH's known_hosts: parse, look a host up, write an entry. Pure; see sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
import { createHmac } from 'node:crypto'
import { asciiLowerCase, matchesPatternList } from '../text/ssh-pattern.ts'
import { isWholeKey, keyType } from './host-key-blob.ts'

/** One line of a known_hosts file. */
export interface KnownHost {
  file: string
  /** From 1. */
  line: number
  /** `@cert-authority` entries are kept so that messages can name them; they match no key. */
  marker: 'revoked' | 'cert-authority' | null
  /** The name field in lower case: a comma list of patterns; or as written: `|1|salt|hash`. */
  names: string
  /** Key type: `ssh-ed25519`, `ssh-rsa`, … */
  type: string
  /** The public key as it goes over the wire. */
  key: Buffer
}

/** What a host's key is recorded under. */
export interface KnownAs {
  name: string
  /** The name alone, where a port is part of `name`; a key recorded for it is taken too, as OpenSSH does. */
  withoutPort: string | null
}

/** Entries of several files, found for one host. */
export interface Known {
  ours: KnownHost[]
  withoutPort: KnownHost[]
}

export type HostKeyVerdict =
  | { kind: 'match'; entry: KnownHost }
  | { kind: 'revoked'; entry: KnownHost }
  | { kind: 'changed'; entries: KnownHost[] }
  /** `authorities` vouch for the host's certificate, which we cannot check. */
  | { kind: 'unknown'; authorities: KnownHost[] }

const MARKERS = ['revoked', 'cert-authority'] as const

/** Entries of one file; comments, blank and malformed lines are left out, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return text.split('\n').flatMap((line, index) => parseLine(line, file, index + 1))
}

function parseLine(written: string, file: string, line: number): KnownHost[] {
  const text = written.replace(/^[ \t]+/, '')
  if (text === '' || text.startsWith('#')) return []
  const marked = cutMarker(text)
  if (marked === null) return []
  const [, hosts = '', word = '', base64 = ''] = /^([^ \t]+)[ \t]+([^ \t]+)[ \t]+([^ \t]+)/.exec(marked.rest) ?? []
  const bytes = base64.replaceAll(/[\r\f\v]/g, '')
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(bytes)) return []
  const key = Buffer.from(bytes, 'base64')
  const type = keyType(key)
  // Names of RSA's signatures stand for RSA keys as well.
  if (type === null || word.replace(/^rsa-sha2-(?:256|512)$/, 'ssh-rsa') !== type || !isWholeKey(key)) return []
  return [
    { file, line, marker: marked.marker, names: hosts.startsWith('|') ? hosts : asciiLowerCase(hosts), type, key },
  ]
}

/** A marker ends at the first blank of the line, at a tab only where the line has no blank. Null: it is none we know. */
function cutMarker(text: string): { marker: KnownHost['marker']; rest: string } | null {
  if (!text.startsWith('@')) return { marker: null, rest: text }
  const blank = text.indexOf(' ')
  const end = blank < 0 ? text.indexOf('\t') : blank
  const marker = MARKERS.find((marker) => text.slice(1, end) === marker)
  const rest = text.slice(end).replace(/^[ \t]+/, '')
  return end < 0 || marker === undefined || rest.startsWith('@') ? null : { marker, rest }
}

/** Entries of one file, which can be found by name without looking at each of them. */
export interface KnownHostsIndex {
  /** Entries for a name, in the order of the file. */
  find: (name: string) => KnownHost[]
  add: (entries: readonly KnownHost[]) => void
}

export function indexKnownHosts(entries: readonly KnownHost[]): KnownHostsIndex {
  const exact = new Map<string, KnownHost[]>()
  const patterns: KnownHost[] = []
  const hashed: { entry: KnownHost; salt: Buffer; digest: string }[] = []
  const add = (entries: readonly KnownHost[]): void => {
    for (const entry of entries) {
      if (entry.names.startsWith('|')) {
        const hash = readHash(entry.names)
        if (hash !== null) hashed.push({ entry, ...hash })
      } else if (/[*?!]/.test(entry.names)) patterns.push(entry)
      else {
        for (const name of new Set(entry.names.split(','))) {
          const same = exact.get(name)
          if (same === undefined) exact.set(name, [entry])
          else same.push(entry)
        }
      }
    }
  }
  add(entries)
  return {
    find: (name) =>
      [
        ...(exact.get(name) ?? []),
        ...patterns.filter(({ names }) => matchesPatternList(names, name)),
        ...hashed.filter(({ salt, digest }) => digestOf(name, salt) === digest).map(({ entry }) => entry),
      ].sort((a, b) => a.line - b.line),
    add,
  }
}

/** Salt and digest of `|1|salt|hash`. The digest is compared as text, so that no other spelling of it matches. */
function readHash(names: string): { salt: Buffer; digest: string } | null {
  const [, text = '', digest = ''] = /^\|1\|([^|]+)\|(.*)$/.exec(names) ?? []
  const salt = Buffer.from(text, 'base64')
  return salt.length === SALT_BYTES && salt.toString('base64') === text ? { salt, digest } : null
}

const SALT_BYTES = 20

function digestOf(name: string, salt: Buffer): string {
  return createHmac('sha1', salt).update(name).digest('base64')
}

/** The name under which OpenSSH records a host: `host`, or `[host]:port` for a port other than 22. */
export function knownHostName(address: string, port: number): string {
  const name = asciiLowerCase(address)
  return port === 22 ? name : `[${name}]:${port}`
}

/** The names a host's key is looked up by; with an alias (HostKeyAlias) that one alone, whatever the port. */
export function knownAs(address: string, port: number, alias: string | null = null): KnownAs {
  if (alias !== null) return { name: asciiLowerCase(alias), withoutPort: null }
  return { name: knownHostName(address, port), withoutPort: port === 22 ? null : asciiLowerCase(address) }
}

/** Entries for a host, in the order of the files. */
export function findKnown(files: readonly KnownHostsIndex[], { name, withoutPort }: KnownAs): Known {
  return {
    ours: files.flatMap((file) => file.find(name)),
    withoutPort: withoutPort === null ? [] : files.flatMap((file) => file.find(withoutPort)),
  }
}

/**
 * Judges the key that a host presents. Any equal key in any file is a match; a revoked one is refused before all else,
 * also where it is revoked for the name without its port. That name may also vouch for a host, but never calls its key
 * changed.
 */
export function judgeHostKey({ ours, withoutPort }: Known, key: Buffer): HostKeyVerdict {
  const equal = (entry: KnownHost): boolean => entry.key.equals(key)
  const revoked = [...ours, ...withoutPort].find((entry) => entry.marker === 'revoked' && equal(entry))
  if (revoked) return { kind: 'revoked', entry: revoked }
  const known = ours.filter((entry) => entry.marker === null)
  const entry = known.find(equal)
  if (entry) return { kind: 'match', entry }
  if (known.length > 0) return { kind: 'changed', entries: known }
  const byPlainName = withoutPort.find((entry) => entry.marker === null && equal(entry))
  if (byPlainName) return { kind: 'match', entry: byPlainName }
  return {
    kind: 'unknown',
    authorities: [...ours, ...withoutPort].filter((entry) => entry.marker === 'cert-authority'),
  }
}

/**
 * Types of the keys known for a host, in the order of the files; what to ask the host for first. Those of keys that are
 * revoked are among them only where there is no other: the host may have a good key as well.
 */
export function knownKeyTypes({ ours, withoutPort }: Known): string[] {
  const revoked = [...ours, ...withoutPort].filter((entry) => entry.marker === 'revoked')
  const known = [ours, withoutPort].map((entries) => entries.filter((entry) => entry.marker === null))
  const good = known.map((entries) => entries.filter(({ key }) => !revoked.some((entry) => entry.key.equals(key))))
  const first = [...good, ...known].find((entries) => entries.length > 0) ?? []
  return [...new Set(first.map((entry) => entry.type))]
}

/** The line that makes a key known; give a salt of 20 bytes to hide the name as `HashKnownHosts yes` does. */
export function renderKnownHost(name: string, key: Buffer, salt?: Buffer): string {
  return `${salt === undefined ? name : `|1|${salt.toString('base64')}|${digestOf(name, salt)}`} ${keyType(key) ?? 'unknown'} ${key.toString('base64')}`
}
