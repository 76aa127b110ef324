/** Public keys as they go over the wire (RFC 4253, section 6.6), as far as known_hosts needs to tell good ones. */
import { createHash } from 'node:crypto'

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

/** Size of an RSA key in bits; null for other keys. */
export function rsaBits(key: Buffer): number | null {
  if (keyType(key) !== 'ssh-rsa') return null
  return bitsOf(fieldsOf(key)?.[2])
}

const ED25519_BYTES = 32
const POINT_BYTES: Readonly<Record<string, number>> = { nistp256: 65, nistp384: 97, nistp521: 133 }
/** Bits. Source: sshkey.h, SSH_RSA_MINIMUM_MODULUS_SIZE. */
const LEAST_RSA = 1024

/** Whether a blob is a whole key of its type. Of types that are not known here only the type is looked at. */
export function isWholeKey(key: Buffer): boolean {
  const fields = fieldsOf(key)
  if (fields === null) return false
  const type = keyType(key) ?? ''
  switch (type) {
    case 'ssh-ed25519':
    case 'sk-ssh-ed25519@openssh.com':
      return fields.length === (type.startsWith('sk-') ? 3 : 2) && fields[1]?.length === ED25519_BYTES
    case 'ssh-rsa':
      return fields.length === 3 && isPositive(fields[1]) && bitsOf(fields[2]) >= LEAST_RSA
    case 'ssh-dss':
      return fields.length === 5 && fields.slice(1).every(isPositive)
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
    case 'sk-ecdsa-sha2-nistp256@openssh.com': {
      const curve = /nistp\d+/.exec(type)![0]
      const [, named, point] = fields
      const whole = point?.length === POINT_BYTES[curve] && point?.[0] === 4
      return fields.length === (type.startsWith('sk-') ? 4 : 3) && named?.toString('latin1') === curve && whole
    }
    default:
      return true
  }
}

/** The strings that a blob is made of; null where its lengths do not add up. */
function fieldsOf(key: Buffer): Buffer[] | null {
  const fields: Buffer[] = []
  let at = 0
  while (at < key.length) {
    if (at + 4 > key.length) return null
    const end = at + 4 + key.readUInt32BE(at)
    if (end > key.length) return null
    fields.push(key.subarray(at + 4, end))
    at = end
  }
  return fields
}

function isPositive(number: Buffer | undefined): boolean {
  return number !== undefined && number.length > 0 && number[0]! < 0x80
}

function bitsOf(number: Buffer | undefined): number {
  if (!isPositive(number)) return 0
  const first = number!.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (number!.length - first) * 8 - Math.clz32(number![first]!) + 24
}
