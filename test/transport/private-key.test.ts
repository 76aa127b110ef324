import { execFileSync, spawnSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Secret } from '../../src/model/secret.ts'
import { collectKeys } from '../../src/transport/auth-keys.ts'
import { findLockedKeys } from '../../src/transport/locked-keys.ts'
import { writeOpensshEd25519 } from '../../src/transport/openssh-key.ts'
import { createKeyFiles, parsePrivateKey } from '../../src/transport/private-key.ts'
import { keyPair, publicBlob, targetOf } from './support.ts'

const dir = mkdtempSync(join(tmpdir(), 'mptcp-fleet-keys-'))
afterAll(() => rmSync(dir, { recursive: true }))
const hasSshKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined

function newKey(type: 'rsa' | 'ec' | 'ed25519'): KeyObject {
  if (type === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  if (type === 'ec') return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  return generateKeyPairSync('ed25519').privateKey
}

describe('private key files', () => {
  it.each(['ed25519', 'rsa', 'ecdsa'] as const)('takes an OpenSSH key of type %s', (type) => {
    const pair = keyPair(type)
    const parsed = parsePrivateKey(Buffer.from(pair.private), 'k')
    expect(parsed).toMatchObject({ kind: 'usable', publicKey: publicBlob(pair.public) })
  })

  it.each(['rsa', 'ec', 'ed25519'] as const)('takes a PKCS#8 key of type %s', (type) => {
    const privateKey = newKey(type)
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
    expect(parsePrivateKey(Buffer.from(pem), 'k').kind).toBe('usable')
  })

  it('says of a PKCS#8 key that nobody can use over SSH which ones can be', () => {
    const pem = generateKeyPairSync('ed448').privateKey.export({ type: 'pkcs8', format: 'pem' })
    expect(parsePrivateKey(Buffer.from(pem), '/k')).toMatchObject({
      kind: 'unusable',
      hint: 'use a key of type ed25519, ecdsa or rsa: ssh-keygen -t ed25519',
    })
  })

  it('puts an ed25519 key into the form that OpenSSH reads', () => {
    const key = newKey('ed25519')
    const path = join(dir, 'written')
    writeFileSync(path, writeOpensshEd25519(key), { mode: 0o600 })
    const parsed = parsePrivateKey(readFileSync(path), path)
    if (parsed.kind !== 'usable') return expect.fail(parsed.kind)
    expect(verify(null, Buffer.from('data'), createPublicKey(key), parsed.key.sign(Buffer.from('data')))).toBe(true)
    if (!hasSshKeygen) return
    const [, blob] = execFileSync('ssh-keygen', ['-y', '-f', path], { encoding: 'utf8' }).split(' ')
    expect(blob?.trim()).toBe(parsed.publicKey.toString('base64'))
  })

  it('passes over the parameters that openssl writes before an EC key', () => {
    const pem = newKey('ec').export({ type: 'sec1', format: 'pem' }) as string
    const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n'
    for (const text of [pem, parameters + pem]) {
      expect(parsePrivateKey(Buffer.from(text), 'k')).toMatchObject({
        kind: 'usable',
        key: { type: 'ecdsa-sha2-nistp256' },
      })
    }
  })

  it.skipIf(!hasSshKeygen).each([
    ['chacha20-poly1305@openssh.com', false],
    ['aes256-gcm@openssh.com', true],
    ['aes256-ctr', true],
    ['aes128-cbc', true],
    ['3des-cbc', true],
  ])(
    'knows before it asks whether a passphrase helps: %s (skipped where there is no ssh-keygen)',
    async (cipher, helps) => {
      const path = join(dir, cipher)
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-a', '1', '-Z', cipher, '-N', 'right', '-f', path])
      const publicKey = publicBlob(readFileSync(`${path}.pub`, 'utf8'))
      const files = createKeyFiles()
      const { connection } = targetOf({ privateKeyFile: path })
      const sources = { env: {}, readKeyFile: files.read }
      expect(await findLockedKeys([connection], sources)).toEqual(helps ? [path] : [])
      await expect(collectKeys(connection, sources)).rejects.toMatchObject({
        data: helps
          ? { summary: expect.stringContaining('is encrypted, and no agent holds it') }
          : {
              summary: expect.stringContaining(`by ${cipher}, which`),
              hint: expect.stringContaining('-p -Z aes256-ctr -f'),
            },
      })
      expect(await files.read(path)).toEqual({ kind: 'encrypted', path, publicKey, ...(helps ? {} : { cipher }) })
      expect(await files.unlock(path, new Secret('right'))).toBe(helps)
    },
  )

  it('reads the public part of an encrypted key', () => {
    const pair = keyPair('ed25519', 'x')
    const parsed = parsePrivateKey(Buffer.from(pair.private), 'k')
    expect(parsed).toEqual({ kind: 'encrypted', path: 'k', publicKey: publicBlob(pair.public) })
  })

  it('takes the public part of an older encrypted key from the file beside it', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' })
    const pair = keyPair()
    writeFileSync(join(dir, 'old'), pem)
    writeFileSync(join(dir, 'old.pub'), pair.public)
    const parsed = await createKeyFiles().read(join(dir, 'old'))
    expect(parsed).toMatchObject({ kind: 'encrypted', publicKey: publicBlob(pair.public) })
  })

  it.each(['openssh', 'pem', 'pkcs8-rsa', 'pkcs8-ec', 'pkcs8-ed25519'] as const)(
    'unlocks an encrypted key: %s',
    async (form) => {
      const path = join(dir, `locked-${form}`)
      if (form === 'openssh') writeFileSync(path, keyPair('ed25519', 'right').private)
      else {
        const privateKey = newKey(form === 'pem' ? 'rsa' : (form.slice('pkcs8-'.length) as 'rsa' | 'ec' | 'ed25519'))
        const type = form === 'pem' ? 'pkcs1' : 'pkcs8'
        writeFileSync(
          path,
          privateKey.export({ type, format: 'pem', cipher: 'aes-128-cbc', passphrase: 'right' } as never),
        )
      }
      const files = createKeyFiles()
      expect(await files.read(path)).toMatchObject({ kind: 'encrypted' })
      expect(await files.unlock(path, new Secret('wrong'))).toBe(false)
      expect(await files.read(path)).toMatchObject({ kind: 'encrypted' })
      expect(await files.unlock(path, new Secret('right'))).toBe(true)
      const file = await files.read(path)
      if (file.kind !== 'usable') return expect.fail(file.kind)
      const hash = file.key.type === 'ssh-ed25519' ? undefined : 'sha256'
      const data = Buffer.from('data')
      expect(file.key.verify(data, file.key.sign(data, hash), hash)).toBe(true)
    },
  )

  it('says of an encrypted PKCS#8 key that it cannot be used, once it is decrypted', async () => {
    const path = join(dir, 'locked-ed448')
    const { privateKey } = generateKeyPairSync('ed448')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'right' })
    writeFileSync(path, pem)
    const files = createKeyFiles()
    expect(await files.unlock(path, new Secret('wrong'))).toBe(false)
    expect(await files.unlock(path, new Secret('right'))).toBe(true)
    expect(await files.read(path)).toMatchObject({ kind: 'unusable', hint: expect.stringContaining('ed25519') })
  })

  it('tells a public key, a file that is no key, a directory and an absent file apart', async () => {
    const pair = keyPair()
    expect(parsePrivateKey(Buffer.from(pair.public), 'id.pub')).toMatchObject({
      kind: 'public',
      publicKey: publicBlob(pair.public),
    })
    expect(parsePrivateKey(Buffer.from('hello'), 'k').kind).toBe('unusable')
    expect(parsePrivateKey(Buffer.alloc(0), 'k').kind).toBe('unusable')
    expect(await createKeyFiles().read(dir)).toMatchObject({ kind: 'unusable', reason: 'is a directory' })
    execFileSync('mkfifo', [join(dir, 'fifo')])
    expect(await createKeyFiles().read(join(dir, 'fifo'))).toMatchObject({ reason: 'is a named pipe' })
    expect(await createKeyFiles().read(join(dir, 'none'))).toMatchObject({ kind: 'absent' })
  })
})
