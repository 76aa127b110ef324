/** Signing with a private key that is read once for all connections. */
import { createPrivateKey, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { ParsedKey } from 'ssh2'

/** Hash by key type where the handshake names none, as ssh2 has it; null: the algorithm brings its own. */
const HASHES: Readonly<Record<string, string | null>> = {
  'ssh-ed25519': null,
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
  'ssh-rsa': 'sha1',
}

/** The same key. By itself ssh2 reads it from PEM for every signature, which takes ten times as long as signing. */
export function signReady(key: ParsedKey): ParsedKey {
  const usual = HASHES[key.type]
  if (usual === undefined) return key
  let ready: KeyObject | undefined
  const withReady = (data: Buffer | string, hash?: string): Buffer | Error => {
    try {
      ready ??= createPrivateKey(key.getPrivatePEM())
      return sign(hash ?? usual, Buffer.from(data), ready)
    } catch (error) {
      // Where ssh2 expects it.
      return error as Error
    }
  }
  return Object.assign(key, { sign: withReady })
}
