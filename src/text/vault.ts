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

/** The vault id of what was encrypted without one. */
export const DEFAULT_VAULT_ID = 'default'

/** A password, and the vault id under which it was given. */
export interface VaultPassword {
  id: string
  password: Secret
}

/** `wrong-password` also stands for text that was changed: the format cannot tell the two apart. */
export type VaultFault = 'not-a-vault' | 'unknown-version' | 'unknown-cipher' | 'wrong-password' | 'damaged'

/** Why something cannot be decrypted. */
export class VaultError extends Error {
  readonly fault: VaultFault

  constructor(fault: VaultFault, message: string) {
    super(message)
    this.name = 'VaultError'
    this.fault = fault
  }
}

const HEADER = '$ANSIBLE_VAULT'
const ROUNDS = 10_000
const SALT_BYTES = 32
/** Two keys of 32 bytes and the counter's start of 16. */
const KEY_BYTES = 80
const LINE = 80

const derive = promisify(pbkdf2)

/** Whether the text claims to be a vault. */
export function isVault(text: string): boolean {
  return text.trimStart().startsWith(HEADER)
}

/** The vault's text, with its line end. The header names the id unless it is `default`, as Ansible does. */
export async function encryptVault(plain: Uint8Array, { id, password }: VaultPassword): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  return seal(plain, id, salt, await deriveKeys(password, salt))
}

/** The same at once, for who cannot wait; it blocks for some 10 ms. */
export function encryptVaultSync(plain: Uint8Array, { id, password }: VaultPassword): string {
  const salt = randomBytes(SALT_BYTES)
  return seal(plain, id, salt, splitKeys(pbkdf2Sync(password.reveal(), salt, ROUNDS, KEY_BYTES, 'sha256')))
}

function seal(plain: Uint8Array, id: string, salt: Buffer, keys: Keys): string {
  if (/[;\r\n]/.test(id) || id.trim() !== id || id === '') throw new RangeError('a vault id is a word without ";"')
  const cipher = createCipheriv('aes-256-ctr', keys.cipher, keys.iv)
  const bytes = Buffer.concat([cipher.update(pad(plain)), cipher.final()])
  const inner = [salt, macOf(bytes, keys.mac), bytes].map((part) => part.toString('hex')).join('\n')
  const body = Buffer.from(inner, 'latin1').toString('hex')
  const header = id === DEFAULT_VAULT_ID ? `${HEADER};1.1;AES256` : `${HEADER};1.2;AES256;${id}`
  const lines = [header]
  for (let at = 0; at < body.length; at += LINE) lines.push(body.slice(at, at + LINE))
  return `${lines.join('\n')}\n`
}

/** Tries the password of the vault's own id first, then the others. Throws VaultError. */
export async function decryptVault(text: string, passwords: readonly VaultPassword[]): Promise<Buffer> {
  const { id, salt, mac, bytes } = parseVault(text)
  const first = passwords.filter((password) => password.id === id)
  for (const { password } of [...first, ...passwords.filter((password) => password.id !== id)]) {
    const keys = await deriveKeys(password, salt)
    if (!timingSafeEqual(macOf(bytes, keys.mac), mac)) continue
    const cipher = createDecipheriv('aes-256-ctr', keys.cipher, keys.iv)
    return unpad(Buffer.concat([cipher.update(bytes), cipher.final()]))
  }
  throw new VaultError('wrong-password', wrongPassword(id, passwords))
}

function wrongPassword(id: string, passwords: readonly VaultPassword[]): string {
  const named = id === DEFAULT_VAULT_ID ? '' : ` with vault id ${id}`
  if (passwords.length === 0) return `it is encrypted${named}, and no vault password is given`
  const ids = passwords.map((password) => password.id).join(', ')
  return `encrypted${named}: no vault password that is given (vault ids: ${ids}) opens it, or it was changed`
}

interface VaultParts {
  id: string
  salt: Buffer
  mac: Buffer
  bytes: Buffer
}

function parseVault(text: string): VaultParts {
  const [header = '', ...lines] = text.trim().split(/\r?\n/)
  const [magic, version = '', cipher = '', id = DEFAULT_VAULT_ID] = header.split(';').map((part) => part.trim())
  if (magic !== HEADER) throw new VaultError('not-a-vault', `it does not begin with ${HEADER};`)
  if (version !== '1.1' && version !== '1.2') {
    throw new VaultError('unknown-version', `vault version ${version || '(none)'} is not known; 1.1 and 1.2 are`)
  }
  if (cipher !== 'AES256')
    throw new VaultError('unknown-cipher', `cipher ${cipher || '(none)'} is not known; AES256 is`)
  const inner = fromHex(lines.map((line) => line.trim()).join(''), 'body')
  const [salt, mac, bytes, ...more] = inner
    .toString('latin1')
    .split('\n')
    .map((part, index) => fromHex(part, ['salt', 'HMAC', 'content'][index] ?? 'end'))
  if (salt === undefined || mac === undefined || bytes === undefined || more.length > 0) {
    throw new VaultError('damaged', 'it is damaged: salt, HMAC and content are not all there')
  }
  if (mac.length !== 32) throw new VaultError('damaged', 'it is damaged: the HMAC is cut off')
  return { id, salt, mac, bytes }
}

function fromHex(text: string, what: string): Buffer {
  const bytes = Buffer.from(text, 'hex')
  // Buffer.from stops without a word at what is no hex.
  if (bytes.length * 2 === text.length) return bytes
  throw new VaultError('damaged', `it is damaged: its ${what} is not hexadecimal`)
}

interface Keys {
  cipher: Buffer
  mac: Buffer
  iv: Buffer
}

async function deriveKeys(password: Secret, salt: Buffer): Promise<Keys> {
  return splitKeys(await derive(password.reveal(), salt, ROUNDS, KEY_BYTES, 'sha256'))
}

function splitKeys(bytes: Buffer): Keys {
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
  if (bytes.length % 16 === 0 && missing >= 1 && missing <= 16 && bytes.subarray(end).every((byte) => byte === missing))
    return bytes.subarray(0, end)
  throw new VaultError('damaged', 'it is damaged: its padding is not as it should be')
}
