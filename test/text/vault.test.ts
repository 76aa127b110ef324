import { spawnSync } from 'node:child_process'
import { createHmac, pbkdf2Sync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { Secret } from '../../src/model/secret.ts'
import type { VaultFault } from '../../src/text/vault-format.ts'
import { DEFAULT_VAULT_ID, isVault, VaultError } from '../../src/text/vault-format.ts'
import type { VaultPassword } from '../../src/text/vault.ts'
import { decryptVault, encryptVault, encryptVaultSync } from '../../src/text/vault.ts'

const given = (password: string, id = DEFAULT_VAULT_ID): VaultPassword => ({ id, password: new Secret(password) })

const faultOf = async (text: string, passwords: VaultPassword[]): Promise<{ fault: VaultFault; message: string }> =>
  decryptVault(text, passwords).then(
    () => expect.fail('should have failed'),
    (error: VaultError) => {
      expect(error).toBeInstanceOf(VaultError)
      return { fault: error.fault, message: error.message }
    },
  )

const bytesOf = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 100 }).map((text) => Buffer.from(text)),
)
const password = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
const vaultId = fc.stringMatching(/^[A-Za-z][\w.@-]{0,20}$/)

describe('a vault', () => {
  it('gives back any bytes, under any password and id', async () => {
    await fc.assert(
      fc.asyncProperty(bytesOf, password, vaultId, async (plain, word, id) => {
        const text = await encryptVault(plain, given(word, id))
        expect(await decryptVault(text, [given(word, id)])).toEqual(Buffer.from(plain))
        const atOnce = encryptVaultSync(plain, given(word, id))
        expect(atOnce.split('\n')[0]).toBe(text.split('\n')[0])
        expect(await decryptVault(atOnce, [given(word, id)])).toEqual(Buffer.from(plain))
      }),
      { numRuns: 40 },
    )
  })

  it('names its id in the header, unless it is the default one', async () => {
    const plain = Buffer.from('x')
    expect(await encryptVault(plain, given('word'))).toMatch(/^\$ANSIBLE_VAULT;1\.1;AES256\n[\da-f\n]{1,}\n$/)
    const named = await encryptVault(plain, given('word', 'prod'))
    expect(named).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/)
    expect(named.split('\n').every((line) => line.length <= 80)).toBe(true)
    expect([named, `  ${named}`, 'plain', ''].map(isVault)).toEqual([true, true, false, false])
    await expect(encryptVault(plain, given('word', 'a;b'))).rejects.toThrow(RangeError)
  })

  it('is never the same twice', async () => {
    const texts = await Promise.all([1, 2].map(() => encryptVault(Buffer.from('same'), given('word'))))
    expect(texts[0]).not.toBe(texts[1])
  })

  it('is opened by whichever password fits, its own id first', async () => {
    const text = await encryptVault(Buffer.from('plain'), given('right', 'prod'))
    for (const passwords of [
      [given('wrong', 'prod'), given('right', 'dev')],
      [given('wrong', 'dev'), given('right', 'prod')],
      [given('right')],
    ]) {
      expect((await decryptVault(text, passwords)).toString()).toBe('plain')
    }
  })

  it('is read with other line ends, indented, and without its last line end', async () => {
    const text = await encryptVault(Buffer.from('plain'), given('word'))
    const variants = [
      text.replaceAll('\n', '\r\n'),
      text.replaceAll('\n', '\n      '),
      text.trimEnd(),
      text.toUpperCase(),
    ]
    for (const variant of variants) expect((await decryptVault(variant, [given('word')])).toString()).toBe('plain')
  })
})

describe('what cannot be opened', () => {
  it('tells what it is that is wrong', async () => {
    const text = await encryptVault(Buffer.from('plain'), given('right', 'prod'))
    const [header = '', ...lines] = text.split('\n')
    const with_ = (head: string): string => [head, ...lines].join('\n')
    const cases: [string, VaultFault][] = [
      ['plain text', 'not-a-vault'],
      ['', 'not-a-vault'],
      [with_('$ANSIBLE_VAULT;1.0;AES'), 'unknown-version'],
      [with_('$ANSIBLE_VAULT'), 'unknown-version'],
      [with_('$ANSIBLE_VAULT;1.2;AES;prod'), 'unknown-cipher'],
      [header, 'damaged'],
      [`${header}\n${lines.join('').slice(0, 40)}`, 'damaged'],
      [text.trimEnd().slice(0, -1), 'damaged'],
      [`${text}zz`, 'damaged'],
    ]
    for (const [damaged, fault] of cases) {
      expect((await faultOf(damaged, [given('right')])).fault, damaged.slice(0, 60)).toBe(fault)
    }
  })

  it('names the ids that were tried, and never a password', async () => {
    const text = await encryptVault(Buffer.from('plain'), given('right', 'prod'))
    const wrong = await faultOf(text, [given('tried-one'), given('tried-two', 'dev')])
    expect(wrong).toEqual({
      fault: 'wrong-password',
      message:
        'encrypted with vault id prod: no vault password that is given (vault ids: default, dev) opens it, or it was changed',
    })
    expect((await faultOf(text, [])).message).toBe('it is encrypted with vault id prod, and no vault password is given')
  })

  it('notices every change of salt, HMAC and content', async () => {
    const text = await encryptVault(Buffer.from('plain'), given('right'))
    const [header = '', ...lines] = text.trimEnd().split('\n')
    const inner = Buffer.from(lines.join(''), 'hex').toString('latin1')
    await fc.assert(
      fc.asyncProperty(fc.nat(inner.length - 1), async (at) => {
        fc.pre(inner[at] !== '\n')
        const changed = inner.slice(0, at) + (inner[at] === '0' ? '1' : '0') + inner.slice(at + 1)
        const body = Buffer.from(changed, 'latin1').toString('hex')
        expect((await faultOf(`${header}\n${body}`, [given('right')])).fault).toBe('wrong-password')
      }),
      { numRuns: 30 },
    )
  })

  it('refuses padding that is none, though the HMAC fits', async () => {
    const salt = Buffer.alloc(32, 7)
    const keys = pbkdf2Sync('right', salt, 10_000, 80, 'sha256')
    for (const content of [Buffer.alloc(16), Buffer.alloc(5), Buffer.alloc(0)]) {
      const mac = createHmac('sha256', keys.subarray(32, 64)).update(content).digest('hex')
      const inner = [salt.toString('hex'), mac, content.toString('hex')].join('\n')
      const text = `$ANSIBLE_VAULT;1.1;AES256\n${Buffer.from(inner).toString('hex')}\n`
      expect((await faultOf(text, [given('right')])).fault).toBe('damaged')
    }
  })
})

const ansible = spawnSync('ansible-vault', ['--version']).error === undefined
const skipped = ansible ? '' : ' (skipped: it is not installed; .ci/setup test installs it)'
const folder = mkdtempSync(join(tmpdir(), 'mptcp-fleet-vault-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs ansible-vault on bytes, with the password in a file as it wants it. */
function ansibleVault(verb: 'encrypt' | 'decrypt', input: Uint8Array, word: string, id: string): Buffer {
  const file = join(folder, 'password')
  writeFileSync(file, word)
  const secret = ['--vault-id', `${id}@${file}`]
  const argv = [verb, ...secret, ...(verb === 'encrypt' ? ['--encrypt-vault-id', id] : []), '--output', '-', '-']
  const done = spawnSync('ansible-vault', argv, { input, maxBuffer: 64 << 20 })
  if (done.status !== 0) throw new Error(done.stderr.toString())
  return done.stdout
}

describe.runIf(ansible)(`as ansible-vault${skipped}`, { timeout: 120_000 }, () => {
  /** It strips blanks at both ends of a password file. */
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((text) => text.trim() === text)
  const contents = fc.oneof(fc.constant(new Uint8Array()), bytesOf)

  it('opens what ansible-vault encrypted', async () => {
    await fc.assert(
      fc.asyncProperty(contents, word, fc.constantFrom(DEFAULT_VAULT_ID, 'prod'), async (plain, word, id) => {
        const text = ansibleVault('encrypt', plain, word, id).toString('latin1')
        expect(text.split('\n')[0]).toBe(`$ANSIBLE_VAULT;${id === 'prod' ? '1.2;AES256;prod' : '1.1;AES256'}`)
        expect(await decryptVault(text, [given(word, id)])).toEqual(Buffer.from(plain))
      }),
      { numRuns: 6 },
    )
  })

  it('writes what ansible-vault opens', async () => {
    await fc.assert(
      fc.asyncProperty(contents, word, fc.constantFrom(DEFAULT_VAULT_ID, 'prod'), async (plain, word, id) => {
        const text = await encryptVault(plain, given(word, id))
        expect(ansibleVault('decrypt', Buffer.from(text), word, id)).toEqual(Buffer.from(plain))
      }),
      { numRuns: 6 },
    )
  })

  it('does so for a file of 3 MB, both ways', async () => {
    const plain = Buffer.from(Array.from({ length: 3_000_001 }, (_, i) => (i * 31 + (i >> 8)) & 0xff))
    const theirs = ansibleVault('encrypt', plain, 'word', 'big').toString('latin1')
    expect(plain.equals(await decryptVault(theirs, [given('word', 'big')]))).toBe(true)
    const ours = await encryptVault(plain, given('word', 'big'))
    expect(plain.equals(ansibleVault('decrypt', Buffer.from(ours), 'word', 'big'))).toBe(true)
  })
})
