import { randomBytes } from 'node:crypto'
import ssh2 from 'ssh2'
import type { ParsedKey } from 'ssh2'
import { expect, it } from 'vitest'
import { signReady } from '../../src/transport/sign-ready.ts'

type Options = { bits?: number }

const keys: [string, 'ed25519' | 'ecdsa' | 'rsa', Options, (string | undefined)[]][] = [
  ['ed25519', 'ed25519', {}, [undefined]],
  ['ecdsa of 256 bits', 'ecdsa', { bits: 256 }, [undefined]],
  ['ecdsa of 384 bits', 'ecdsa', { bits: 384 }, [undefined]],
  ['ecdsa of 521 bits', 'ecdsa', { bits: 521 }, [undefined]],
  ['rsa', 'rsa', { bits: 2048 }, [undefined, 'sha256', 'sha512']],
]

it.each(keys)('signs with a key of type %s as ssh2 does', (_, type, options, hashes) => {
  const pair = ssh2.utils.generateKeyPairSync(type, options as never)
  const plain = ssh2.utils.parseKey(pair.private) as ParsedKey
  const ready = signReady(ssh2.utils.parseKey(pair.private) as ParsedKey)
  const publicKey = ssh2.utils.parseKey(pair.public) as ParsedKey
  for (const hash of hashes) {
    const data = randomBytes(300)
    // Twice: the first one reads the key.
    for (const signature of [ready.sign(data, hash), ready.sign(data, hash)]) {
      expect(publicKey.verify(data, signature, hash)).toBe(true)
      expect(publicKey.verify(randomBytes(300), signature, hash)).toBe(false)
    }
    expect(publicKey.verify(data, plain.sign(data, hash), hash)).toBe(true)
  }
  expect(ready.getPublicSSH()).toEqual(plain.getPublicSSH())
})

it('gives an error as ssh2 does where the key cannot sign', () => {
  const pair = ssh2.utils.generateKeyPairSync('ed25519')
  const key = signReady(ssh2.utils.parseKey(pair.public) as ParsedKey)
  expect(key.sign(Buffer.from('x'))).toBeInstanceOf(Error)
})
