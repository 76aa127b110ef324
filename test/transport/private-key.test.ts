import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Secret } from '../../src/model/secret.ts'
import { createKeyFiles, parsePrivateKey } from '../../src/transport/private-key.ts'
import { keyPair, publicBlob } from './support.ts'

const dir = mkdtempSync(join(tmpdir(), 'mptcp-fleet-keys-'))
afterAll(() => rmSync(dir, { recursive: true }))

describe('private key files', () => {
  it.each(['ed25519', 'rsa', 'ecdsa'] as const)('takes an OpenSSH key of type %s', (type) => {
    const pair = keyPair(type)
    const parsed = parsePrivateKey(Buffer.from(pair.private), 'k')
    expect(parsed).toMatchObject({ kind: 'usable', publicKey: publicBlob(pair.public) })
  })

  it.each(['rsa', 'ec'] as const)('takes a PKCS#8 key of type %s', (type) => {
    const { privateKey } =
      type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
    expect(parsePrivateKey(Buffer.from(pem), 'k').kind).toBe('usable')
  })

  it('says how to convert a PKCS#8 key that it cannot use', () => {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
    expect(parsePrivateKey(Buffer.from(pem), '/k')).toMatchObject({
      kind: 'unusable',
      hint: expect.stringContaining('ssh-keygen -p -f /k'),
    })
  })

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

  it.each(['openssh', 'pem', 'pkcs8-rsa', 'pkcs8-ec'] as const)('unlocks an encrypted key: %s', async (form) => {
    const path = join(dir, `locked-${form}`)
    if (form === 'openssh') writeFileSync(path, keyPair('ed25519', 'right').private)
    else {
      const { privateKey } =
        form === 'pkcs8-ec'
          ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
          : generateKeyPairSync('rsa', { modulusLength: 2048 })
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
    const hash = form === 'openssh' ? undefined : 'sha256'
    const data = Buffer.from('data')
    expect(file.key.verify(data, file.key.sign(data, hash), hash)).toBe(true)
  })

  it('says how to convert an encrypted PKCS#8 key that it cannot use', async () => {
    const path = join(dir, 'locked-ed25519')
    const { privateKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'right' })
    writeFileSync(path, pem)
    const files = createKeyFiles()
    expect(await files.unlock(path, new Secret('wrong'))).toBe(false)
    expect(await files.unlock(path, new Secret('right'))).toBe(true)
    expect(await files.read(path)).toMatchObject({ kind: 'unusable', hint: expect.stringContaining('ssh-keygen -p') })
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
    expect(await createKeyFiles().read(join(dir, 'none'))).toMatchObject({ kind: 'absent' })
  })
})
