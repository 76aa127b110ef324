/** Private key files: what can be used, and why not where not. */
import { createPrivateKey } from 'node:crypto'
import fs from 'node:fs'
import ssh2 from 'ssh2'
import type { ParsedKey } from 'ssh2'
import type { Secret } from '../model/secret.ts'
import { shellQuote } from '../text/shell.ts'
import { wholeFileReader } from '../text/whole-file.ts'
import { readOpensshHeader, writeOpensshEd25519 } from './openssh-key.ts'
import { signReady } from './sign-ready.ts'

/** One key file. `publicKey` is the wire form, with which an agent's copy of an encrypted key is found. */
export type KeyFile =
  | { kind: 'usable'; path: string; key: ParsedKey; publicKey: Buffer }
  /** `cipher`: set where no passphrase helps, since we cannot decrypt it. */
  | { kind: 'encrypted'; path: string; publicKey: Buffer | null; cipher?: string }
  /** Its public half may lie beside it, for an agent that holds the key. */
  | { kind: 'absent'; path: string; publicKey: Buffer | null }
  /** The file itself is a public key: it names one of the agent's. */
  | { kind: 'public'; path: string; publicKey: Buffer }
  | { kind: 'unusable'; path: string; reason: string; hint: string }

/** Bytes; far above any key. */
const MOST = 1024 * 1024

const readWhole = wholeFileReader(fs)
const readFile = async (path: string): Promise<Buffer> => readWhole(path, MOST)

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
    const reason =
      code === 'EISDIR' ? 'is a directory' : code === 'EPIPE' ? 'is a named pipe' : `cannot be read (${code})`
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

/** `openssl ecparam -genkey` writes it before the key, which names its curve itself. */
const EC_PARAMETERS = /-----BEGIN EC PARAMETERS-----[^-]*-----END EC PARAMETERS-----\s*/
/** ssh2 takes OpenSSH's variant for OpenSSL's, so that it decrypts no key. */
const UNSUPPORTED_CIPHER = /^chacha20-poly1305/

/** What the bytes of a key file are, by content alone; encrypted where the passphrase is missing or wrong. */
export function parsePrivateKey(bytes: Buffer, path: string, passphrase: Secret | null = null): KeyFile {
  const text = bytes.toString('latin1').replace(EC_PARAMETERS, '')
  const unusable = (reason: string, hint: string): KeyFile => ({ kind: 'unusable', path, reason, hint })
  const isPkcs8 = /-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/.test(text)
  const header = readOpensshHeader(text)
  if (header !== null && UNSUPPORTED_CIPHER.test(header.cipher)) return { kind: 'encrypted', path, ...header }
  const converted = isPkcs8 ? fromPkcs8(text, passphrase) : Buffer.from(text, 'latin1')
  if (converted === null) return { kind: 'encrypted', path, publicKey: null }
  const key = parse(converted, passphrase)
  if (!(key instanceof Error)) {
    if (key.isPrivateKey()) return { kind: 'usable', path, key: signReady(key), publicKey: key.getPublicSSH() }
    return { kind: 'public', path, publicKey: key.getPublicSSH() }
  }
  // Of a wrong passphrase the older formats say only that what they hold makes no sense.
  const isLocked = /passphrase/i.test(key.message) || (passphrase !== null && !isPkcs8)
  if (isLocked) return { kind: 'encrypted', path, publicKey: header?.publicKey ?? null }
  const type = /key type: (\S+)/.exec(key.message)?.[1]
  if (type?.startsWith('sk-')) {
    return unusable(
      `is a security key (${type}), which is not supported`,
      "use another key, or let OpenSSH's own client make the connection: set mptcp_fleet_transport: openssh",
    )
  }
  return unusable(
    `is no private key that can be used (${key.message})`,
    isPkcs8
      ? 'use a key of type ed25519, ecdsa or rsa: ssh-keygen -t ed25519'
      : `rewrite it in OpenSSH's format: ssh-keygen -p -f ${shellQuote(path)}`,
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

/** ssh2 does not read PKCS#8; RSA and EC keys have an older form that it does, ed25519 ones OpenSSH's own. Null where it cannot be decrypted. */
function fromPkcs8(text: string, passphrase: Secret | null): string | null {
  const isEncrypted = text.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----')
  if (isEncrypted && passphrase === null) return null
  try {
    const key = createPrivateKey(isEncrypted ? { key: text, passphrase: passphrase!.reveal() } : text)
    if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' }) as string
    if (key.asymmetricKeyType === 'ed25519') return writeOpensshEd25519(key)
    if (key.asymmetricKeyType === 'ec') return key.export({ type: 'sec1', format: 'pem' }) as string
  } catch {
    if (isEncrypted) return null
    // Not a key after all: the parser's own message says so.
  }
  return text
}
