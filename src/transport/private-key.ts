/** Private key files: what can be used, and why not where not. */
import { createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import ssh2 from 'ssh2'
import type { ParsedKey } from 'ssh2'
import type { Secret } from '../model/secret.ts'
import { shellQuote } from '../text/shell.ts'
import { signReady } from './sign-ready.ts'

/** One key file. `publicKey` is the wire form, with which an agent's copy of an encrypted key is found. */
export type KeyFile =
  | { kind: 'usable'; path: string; key: ParsedKey; publicKey: Buffer }
  | { kind: 'encrypted'; path: string; publicKey: Buffer | null }
  /** Its public half may lie beside it, for an agent that holds the key. */
  | { kind: 'absent'; path: string; publicKey: Buffer | null }
  /** The file itself is a public key: it names one of the agent's. */
  | { kind: 'public'; path: string; publicKey: Buffer }
  | { kind: 'unusable'; path: string; reason: string; hint: string }

/** Key files, each read once for all hosts; deriving an encrypted key from its passphrase takes half a second. */
export interface KeyFiles {
  read: (path: string) => Promise<KeyFile>
  /** Derives an encrypted key, so that `read` gives it as usable. False: the passphrase is not the right one. */
  unlock: (path: string, passphrase: Secret) => Promise<boolean>
}

export function createKeyFiles(): KeyFiles {
  const cache = new Map<string, Promise<KeyFile>>()
  return {
    read: (path) => {
      const cached = cache.get(path) ?? loadKeyFile(path)
      cache.set(path, cached)
      return cached
    },
    unlock: async (path, passphrase) => {
      const file = parsePrivateKey(await readFile(path), path, passphrase)
      if (file.kind === 'encrypted') return false
      cache.set(path, Promise.resolve(file))
      return true
    },
  }
}

async function loadKeyFile(path: string): Promise<KeyFile> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return { kind: 'absent', path, publicKey: await readPublicKey(`${path}.pub`) }
    }
    const reason = code === 'EISDIR' ? 'is a directory' : `cannot be read (${code})`
    return { kind: 'unusable', path, reason, hint: 'name a private key file that you may read' }
  }
  const parsed = parsePrivateKey(bytes, path)
  if (parsed.kind !== 'encrypted' || parsed.publicKey !== null) return parsed
  return { ...parsed, publicKey: await readPublicKey(`${path}.pub`) }
}

async function readPublicKey(path: string): Promise<Buffer | null> {
  const parsed = await readFile(path).then(
    (bytes) => parse(bytes),
    () => null,
  )
  return parsed === null || parsed instanceof Error ? null : parsed.getPublicSSH()
}

/** What the bytes of a key file are, by content alone; encrypted where the passphrase is missing or wrong. */
export function parsePrivateKey(bytes: Buffer, path: string, passphrase: Secret | null = null): KeyFile {
  const text = bytes.toString('latin1')
  const unusable = (reason: string, hint: string): KeyFile => ({ kind: 'unusable', path, reason, hint })
  const isPkcs8 = /-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/.test(text)
  const converted = isPkcs8 ? fromPkcs8(text, passphrase) : bytes
  if (converted === null) return { kind: 'encrypted', path, publicKey: null }
  const key = parse(converted, passphrase)
  if (!(key instanceof Error)) {
    if (key.isPrivateKey()) return { kind: 'usable', path, key: signReady(key), publicKey: key.getPublicSSH() }
    return { kind: 'public', path, publicKey: key.getPublicSSH() }
  }
  // Of a wrong passphrase the older formats say only that what they hold makes no sense.
  const isLocked = /passphrase/i.test(key.message) || (passphrase !== null && !isPkcs8)
  if (isLocked) return { kind: 'encrypted', path, publicKey: publicPartOf(text) }
  const type = /key type: (\S+)/.exec(key.message)?.[1]
  if (type?.startsWith('sk-')) {
    return unusable(
      `is a security key (${type}), which is not supported`,
      "use another key, or let OpenSSH's own client make the connection: set mptcp_fleet_transport: openssh",
    )
  }
  return unusable(
    `is no private key that can be used (${key.message})`,
    `rewrite it in OpenSSH's format: ssh-keygen -p -f ${shellQuote(path)}`,
  )
}

function parse(data: Buffer | string, passphrase: Secret | null = null): ParsedKey | Error {
  try {
    const parsed: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(data, passphrase?.reveal())
    const first = Array.isArray(parsed) ? (parsed as ParsedKey[])[0] : parsed
    return first ?? new Error('holds no key')
  } catch (error) {
    return error as Error
  }
}

/** ssh2 does not read PKCS#8; RSA and EC keys have an older form that it does. Null where it cannot be decrypted. */
function fromPkcs8(text: string, passphrase: Secret | null): string | null {
  const isEncrypted = text.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----')
  if (isEncrypted && passphrase === null) return null
  try {
    const key = createPrivateKey(isEncrypted ? { key: text, passphrase: passphrase!.reveal() } : text)
    if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' }) as string
    if (key.asymmetricKeyType === 'ec') return key.export({ type: 'sec1', format: 'pem' }) as string
  } catch {
    if (isEncrypted) return null
    // Not a key after all: the parser's own message says so.
  }
  return text
}

const OPENSSH_MAGIC = 'openssh-key-v1\0'

/** The public key, which lies in the clear in OpenSSH's own format even where the private part is encrypted. */
function publicPartOf(text: string): Buffer | null {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1]
  if (body === undefined) return null
  const bytes = Buffer.from(body, 'base64')
  if (bytes.toString('latin1', 0, OPENSSH_MAGIC.length) !== OPENSSH_MAGIC) return null
  try {
    let at = OPENSSH_MAGIC.length
    const field = (): Buffer => {
      const length = bytes.readUInt32BE(at)
      at += 4 + length
      return bytes.subarray(at - length, at)
    }
    field() // cipher
    field() // key derivation function
    field() // its options
    at += 4 // number of keys, always 1
    return Buffer.from(field())
  } catch {
    return null
  }
}
