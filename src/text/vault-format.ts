/** The text of a vault: a header, then in hexadecimal, twice over, salt, HMAC and content. Pure; opens nothing. */

/** The vault id of what was encrypted without one. */
export const DEFAULT_VAULT_ID = 'default'

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

export interface VaultParts {
  id: string
  salt: Buffer
  mac: Buffer
  bytes: Buffer
}

const HEADER = '$ANSIBLE_VAULT'
const LINE = 80
const MAC_BYTES = 32
/** Of AES: the padding fills the last one. */
const BLOCK_BYTES = 16

/** Whether the text claims to be a vault. */
export function isVault(text: string): boolean {
  return text.trimStart().startsWith(HEADER)
}

/** The text, with its line end. The header names the id unless it is `default`, as Ansible does. */
export function renderVault({ id, salt, mac, bytes }: VaultParts): string {
  if (/[;\r\n]/.test(id) || id.trim() !== id || id === '') throw new RangeError('a vault id is a word without ";"')
  const inner = [salt, mac, bytes].map((part) => part.toString('hex')).join('\n')
  const body = Buffer.from(inner, 'latin1').toString('hex')
  const header = id === DEFAULT_VAULT_ID ? `${HEADER};1.1;AES256` : `${HEADER};1.2;AES256;${id}`
  const lines = [header]
  for (let at = 0; at < body.length; at += LINE) lines.push(body.slice(at, at + LINE))
  return `${lines.join('\n')}\n`
}

/** Throws VaultError for all that can be told without a password. */
export function parseVault(text: string): VaultParts {
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
    throw damaged('salt, HMAC and content are not all there')
  }
  if (mac.length !== MAC_BYTES) throw damaged('the HMAC is cut off')
  if (bytes.length === 0 || bytes.length % BLOCK_BYTES !== 0) throw damaged('the content is cut off')
  return { id, salt, mac, bytes }
}

function damaged(what: string): VaultError {
  return new VaultError('damaged', `it is damaged: ${what}`)
}

function fromHex(text: string, what: string): Buffer {
  const bytes = Buffer.from(text, 'hex')
  // Buffer.from stops without a word at what is no hex.
  if (bytes.length * 2 === text.length) return bytes
  throw damaged(
    `its ${what} is not hexadecimal${text.length % 2 === 1 && /^[\da-f]*$/i.test(text) ? ', or cut off' : ''}`,
  )
}
