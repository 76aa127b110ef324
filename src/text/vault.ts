/**
 * Ansible's vault format: AES256, version 1.1 and, with a vault id, 1.2. On node:crypto alone: the npm package
 * `ansible-vault` gives text where bytes are wanted, compares the HMAC in variable time and does not tell its failures apart.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  pbkdf2,
  pbkdf2Sync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { promisify } from 'node:util'
import type { Secret } from '../model/secret.ts'
import type { VaultParts } from './vault-format.ts'
import { DEFAULT_VAULT_ID, parseVault, renderVault, VaultError } from './vault-format.ts'

/** A password, and the vault id under which it was given. */
export interface VaultPassword {
  id: string
  password: Secret
  /** It opens only what was encrypted with its id (Ansible's vault_id_match). */
  onlyOwnId?: boolean
}

const ROUNDS = 10_000
const SALT_BYTES = 32
/** Two keys of 32 bytes and the counter's start of 16. */
const KEY_BYTES = 80

const derive = promisify(pbkdf2)

/** The vault's text, with its line end. */
export async function encryptVault(plain: Uint8Array, { id, password }: VaultPassword): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  return seal(plain, id, salt, await deriveKeys(password, salt))
}

/** The same at once, for who cannot wait; it blocks for some 10 ms. */
export function encryptVaultSync(plain: Uint8Array, { id, password }: VaultPassword): string {
  const salt = randomBytes(SALT_BYTES)
  return seal(plain, id, salt, deriveKeysSync(password, salt))
}

function seal(plain: Uint8Array, id: string, salt: Buffer, keys: VaultKeys): string {
  const cipher = createCipheriv('aes-256-ctr', keys.cipher, keys.iv)
  const bytes = Buffer.concat([cipher.update(pad(plain)), cipher.final()])
  return renderVault({ id, salt, mac: macOf(bytes, keys.mac), bytes })
}

/** Tries the password of the vault's own id first, then the others. Throws VaultError. */
export async function decryptVault(text: string, passwords: readonly VaultPassword[]): Promise<Buffer> {
  const parts = parseVault(text)
  for (const { password } of bestFirst(parts, passwords)) {
    const plain = openWith(parts, await deriveKeys(password, parts.salt))
    if (plain !== null) return plain
  }
  throw wrongPassword(parts, passwords)
}

/** The same at once. `keysOf` may remember what it derived. */
export function decryptVaultSync(
  text: string,
  passwords: readonly VaultPassword[],
  keysOf: (password: Secret, salt: Buffer) => VaultKeys = deriveKeysSync,
): Buffer {
  const parts = parseVault(text)
  for (const { password } of bestFirst(parts, passwords)) {
    const plain = openWith(parts, keysOf(password, parts.salt))
    if (plain !== null) return plain
  }
  throw wrongPassword(parts, passwords)
}

function bestFirst({ id }: VaultParts, passwords: readonly VaultPassword[]): VaultPassword[] {
  const others = passwords.filter((one) => one.id !== id && one.onlyOwnId !== true)
  return [...passwords.filter((one) => one.id === id), ...others]
}

/** Null where the keys do not fit. */
function openWith({ mac, bytes }: VaultParts, keys: VaultKeys): Buffer | null {
  if (!timingSafeEqual(macOf(bytes, keys.mac), mac)) return null
  const cipher = createDecipheriv('aes-256-ctr', keys.cipher, keys.iv)
  return unpad(Buffer.concat([cipher.update(bytes), cipher.final()]))
}

function wrongPassword({ id }: VaultParts, passwords: readonly VaultPassword[]): VaultError {
  const named = id === DEFAULT_VAULT_ID ? '' : ` with vault id ${id}`
  const ids = passwords.map((password) => password.id).join(', ')
  const isMatched = passwords.some(({ onlyOwnId }) => onlyOwnId === true)
  const message =
    passwords.length === 0
      ? `it is encrypted${named}, and no vault password is given`
      : `encrypted${named}: no vault password that is given (vault ids: ${ids}) opens it, or it was changed${
          isMatched ? '; vault_id_match has only those of its own id tried' : ''
        }`
  return new VaultError('wrong-password', message)
}

export interface VaultKeys {
  cipher: Buffer
  mac: Buffer
  iv: Buffer
}

async function deriveKeys(password: Secret, salt: Buffer): Promise<VaultKeys> {
  return splitKeys(await derive(password.reveal(), salt, ROUNDS, KEY_BYTES, 'sha256'))
}

/** Blocks for some 10 ms. */
export function deriveKeysSync(password: Secret, salt: Buffer): VaultKeys {
  return splitKeys(pbkdf2Sync(password.reveal(), salt, ROUNDS, KEY_BYTES, 'sha256'))
}

function splitKeys(bytes: Buffer): VaultKeys {
  return { cipher: bytes.subarray(0, 32), mac: bytes.subarray(32, 64), iv: bytes.subarray(64) }
}

function macOf(bytes: Buffer, key: Buffer): Buffer {
  return createHmac('sha256', key).update(bytes).digest()
}

/** PKCS#7 to blocks of 16 bytes. */
function pad(plain: Uint8Array): Buffer {
  const missing = 16 - (plain.length % 16)
  return Buffer.concat([plain, Buffer.alloc(missing, missing)])
}

function unpad(bytes: Buffer): Buffer {
  const missing = bytes.at(-1) ?? 0
  const end = bytes.length - missing
  if (missing >= 1 && missing <= 16 && bytes.subarray(end).every((byte) => byte === missing))
    return bytes.subarray(0, end)
  throw new VaultError('damaged', 'it is damaged: its padding is not as it should be')
}
