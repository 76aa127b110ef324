/** OpenSSH's own format of private keys: what of it can be read without a passphrase, and how an ed25519 key is put into it. Pure; see PROTOCOL.key. */
import type { KeyObject } from 'node:crypto'

const MAGIC = 'openssh-key-v1\0'
/** Bytes to which the private part is filled up where it is not encrypted. */
const BLOCK = 8

/** What lies in the clear also where the private part is encrypted; null where the text is of another format. */
export function readOpensshHeader(text: string): { cipher: string; publicKey: Buffer } | null {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1]
  if (body === undefined) return null
  const bytes = Buffer.from(body, 'base64')
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return null
  try {
    let at = MAGIC.length
    const field = (): Buffer => {
      const length = bytes.readUInt32BE(at)
      at += 4 + length
      return bytes.subarray(at - length, at)
    }
    const cipher = field().toString('latin1')
    field() // key derivation function
    field() // its options
    at += 4 // number of keys, always 1
    return { cipher, publicKey: Buffer.from(field()) }
  } catch {
    return null
  }
}

/** An ed25519 key, unencrypted. */
export function writeOpensshEd25519(key: KeyObject): string {
  const { x = '', d = '' } = key.export({ format: 'jwk' })
  const [open, seed] = [Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url')]
  const identity = [field('ssh-ed25519'), field(open)]
  // First two equal numbers, by which a wrong passphrase would be noticed; last the comment.
  const secret = Buffer.concat([Buffer.alloc(8), ...identity, field(Buffer.concat([seed, open])), field('')])
  const padding = Buffer.from(Array.from({ length: -secret.length & (BLOCK - 1) }, (_, index) => index + 1))
  const bytes = Buffer.concat([
    Buffer.from(MAGIC, 'latin1'),
    field('none'),
    field('none'),
    field(''),
    number(1),
    field(Buffer.concat(identity)),
    field(Buffer.concat([secret, padding])),
  ])
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`
}

function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string, 'latin1')
  return Buffer.concat([number(bytes.length), bytes])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
