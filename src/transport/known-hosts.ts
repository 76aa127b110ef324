/** OpenSSH's known_hosts: parse, look a host up, write an entry. Pure; see sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
import { createHash, createHmac } from 'node:crypto'

/** One line of a known_hosts file. */
export interface KnownHost {
  file: string
  /** From 1. */
  line: number
  /** `@cert-authority` entries are kept so that messages can name them; they match no host. */
  marker: 'revoked' | 'cert-authority' | null
  /** The name field as written: a comma list of patterns, or `|1|salt|hash`. */
  names: string
  /** Key type: `ssh-ed25519`, `ssh-rsa`, … */
  type: string
  /** The public key as it goes over the wire. */
  key: Buffer
}

export type HostKeyVerdict =
  | { kind: 'match'; entry: KnownHost }
  | { kind: 'revoked'; entry: KnownHost }
  | { kind: 'changed'; entries: KnownHost[] }
  | { kind: 'unknown' }

/** Entries of one file; comments, blank and malformed lines are left out, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return text.split('\n').flatMap((line, index) => parseLine(line.trim(), file, index + 1))
}

function parseLine(text: string, file: string, line: number): KnownHost[] {
  if (text === '' || text.startsWith('#')) return []
  const fields = text.split(/[ \t]+/)
  const marker = fields[0]?.startsWith('@') ? fields.shift()!.slice(1) : null
  if (marker !== null && marker !== 'revoked' && marker !== 'cert-authority') return []
  const [names, type, base64] = fields
  if (names === undefined || type === undefined || base64 === undefined) return []
  const key = Buffer.from(base64, 'base64')
  return keyType(key) === type ? [{ file, line, marker, names, type, key }] : []
}

/** The type that a public key blob names in its first field, or null where it is no key. */
export function keyType(key: Buffer): string | null {
  if (key.length < 4) return null
  const length = key.readUInt32BE(0)
  return length > 0 && length <= 64 && key.length > 4 + length ? key.toString('latin1', 4, 4 + length) : null
}

/** `SHA256:…` as `ssh-keygen -l` prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** The name under which OpenSSH records a host: `host`, or `[host]:port` for a port other than 22. */
export function knownHostName(address: string, port: number): string {
  const name = address.toLowerCase()
  return port === 22 ? name : `[${name}]:${port}`
}

/**
 * Judges the key that a host presents. Any equal key in any file is a match; a revoked one is refused before all else.
 * A host on another port than 22 may also match by its plain name, as in OpenSSH, but is never `changed` by it.
 */
export function judgeHostKey(
  entries: readonly KnownHost[],
  address: string,
  port: number,
  key: Buffer,
): HostKeyVerdict {
  const ours = entriesFor(entries, address, port)
  const byPlainName = port === 22 ? [] : entries.filter((e) => matchesNames(e.names, address.toLowerCase()))
  const equal = [...ours, ...byPlainName].filter((e) => e.key.equals(key))
  const revoked = equal.find((e) => e.marker === 'revoked')
  if (revoked) return { kind: 'revoked', entry: revoked }
  const entry = equal.find((e) => e.marker === null)
  if (entry) return { kind: 'match', entry }
  const known = ours.filter((e) => e.marker === null)
  return known.length > 0 ? { kind: 'changed', entries: known } : { kind: 'unknown' }
}

/** Types of the keys known for a host, in the order of the files; what to ask the host for first. */
export function knownKeyTypes(entries: readonly KnownHost[], address: string, port: number): string[] {
  const byName = entriesFor(entries, address, port)
  const found = byName.length > 0 ? byName : entriesFor(entries, address, 22)
  return [...new Set(found.filter((e) => e.marker === null).map((e) => e.type))]
}

function entriesFor(entries: readonly KnownHost[], address: string, port: number): KnownHost[] {
  const name = knownHostName(address, port)
  return entries.filter((e) => matchesNames(e.names, name))
}

function matchesNames(names: string, name: string): boolean {
  if (names.startsWith('|')) return matchesHash(names, name)
  const patterns = names.toLowerCase().split(',')
  if (patterns.some((p) => p.startsWith('!') && matchesGlob(p.slice(1), name))) return false
  return patterns.some((p) => !p.startsWith('!') && matchesGlob(p, name))
}

function matchesHash(names: string, name: string): boolean {
  const [, version, salt, digest] = names.split('|')
  if (version !== '1' || salt === undefined || digest === undefined) return false
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === digest
}

/** `*` and `?` only, in linear space and without regular expressions, whose backtracking a file could abuse. */
function matchesGlob(pattern: string, name: string): boolean {
  let p = 0
  let n = 0
  let star = -1
  let resume = 0
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++
      resume = n
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++
      n++
    } else if (star >= 0) {
      p = star + 1
      n = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/** The line that makes a host known; give a salt of 20 bytes to hide the name as `HashKnownHosts yes` does. */
export function renderKnownHost(address: string, port: number, key: Buffer, salt?: Buffer): string {
  const name = knownHostName(address, port)
  const hash = (salt: Buffer): string =>
    `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
  return `${salt === undefined ? name : hash(salt)} ${keyType(key) ?? 'unknown'} ${key.toString('base64')}`
}
