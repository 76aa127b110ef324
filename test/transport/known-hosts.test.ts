import { createHash, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprint } from '../../src/transport/host-key-blob.ts'
import {
  findKnown,
  indexKnownHosts,
  judgeHostKey,
  knownAs,
  knownHostName,
  knownKeyTypes,
  parseKnownHosts,
  renderKnownHost,
} from '../../src/transport/known-hosts.ts'
import type { Known } from '../../src/transport/known-hosts.ts'

function field(body: Uint8Array | string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, Buffer.from(body as string)])
}

/** A key of this type made of these bytes; no such private key need exist. */
function keyOf(type: string, seed: Uint8Array = randomBytes(32)): Buffer {
  const body = createHash('sha256').update(seed).digest()
  const fields: Record<string, (Uint8Array | string)[]> = {
    'ssh-ed25519': [body],
    'ssh-rsa': [Buffer.from([1, 0, 1]), Buffer.concat([Buffer.from([0, 200]), body, Buffer.alloc(95, 7)])],
    'ecdsa-sha2-nistp256': ['nistp256', Buffer.concat([Buffer.from([4]), body, body])],
  }
  return Buffer.concat([type, ...fields[type]!].map(field))
}

const A = keyOf('ssh-ed25519')
const B = keyOf('ssh-ed25519')
const RSA = keyOf('ssh-rsa')
const line = (names: string, key: Buffer, type = 'ssh-ed25519'): string => `${names} ${type} ${key.toString('base64')}`
const find = (text: string, address: string, port = 22, alias: string | null = null): Known =>
  findKnown([indexKnownHosts(parseKnownHosts(text, 'kh'))], knownAs(address, port, alias))
const judge = (text: string, address: string, key: Buffer, port = 22): string =>
  judgeHostKey(find(text, address, port), key).kind

describe('known_hosts', () => {
  const address = fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV6().filter((ip) => !ip.includes('.')),
  )
  const port = fc.integer({ min: 1, max: 65535 })
  const body = fc.uint8Array({ minLength: 32, maxLength: 64 })
  const type = fc.constantFrom('ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256')

  it('finds every entry it wrote, plain and hashed alike, and takes no other key for it', () => {
    fc.assert(
      fc.property(address, port, type, body, body, (address, port, type, one, two) => {
        fc.pre(!Buffer.from(one).equals(Buffer.from(two)))
        const key = keyOf(type, one)
        for (const salt of [undefined, randomBytes(20)]) {
          const text = `# comment\n\n${renderKnownHost(knownHostName(address, port), key, salt)}\n`
          expect(judge(text, address, key, port)).toBe('match')
          expect(judge(text, address, keyOf(type, two), port)).toBe('changed')
          expect(judge(text, `not-${address}`, key, port)).toBe('unknown')
        }
      }),
    )
  })

  it('never takes an entry for one port as one for another', () => {
    fc.assert(
      fc.property(address, port, port, body, (address, one, two, bytes) => {
        fc.pre(one !== two && one !== 22)
        const key = keyOf('ssh-ed25519', bytes)
        expect(judge(renderKnownHost(knownHostName(address, one), key), address, key, two)).toBe('unknown')
      }),
    )
  })

  it('reads any text without throwing', () => {
    const property = fc.property(fc.string(), (text) => Array.isArray(parseKnownHosts(text, 'kh')))
    expect(fc.check(property).failed).toBe(false)
  })

  it.each([
    ['a comma list', 'a.example,10.0.0.1', '10.0.0.1', 'match'],
    ['upper case', 'A.Example', 'a.eXample', 'match'],
    ['a star', '*.example', 'web.lab.example', 'match'],
    ['a star that does not fit', '*.example', 'example', 'unknown'],
    ['a question mark', '10.0.0.?', '10.0.0.7', 'match'],
    ['a question mark for two characters', '10.0.0.?', '10.0.0.77', 'unknown'],
    ['a negation after a star', '*.example,!bad.example', 'bad.example', 'unknown'],
    ['a negation before a star', '!bad.example,*.example', 'good.example', 'match'],
    ['a dot that is no wildcard', 'a.b', 'axb', 'unknown'],
    ['many stars, in reasonable time', `${'*a'.repeat(30)}b`, 'a'.repeat(200), 'unknown'],
  ])('reads %s', (_, names, address, verdict) => {
    expect(judge(line(names, A), address, A)).toBe(verdict)
  })

  it('refuses a revoked key even where another line trusts it', () => {
    expect(judge(`${line('h', A)}\n@revoked ${line('*', A)}`, 'h', A)).toBe('revoked')
    expect(judge(`${line('h', A)}\n@revoked ${line('*', B)}`, 'h', A)).toBe('match')
  })

  it('never lets a certificate authority vouch for a host', () => {
    expect(judge(`@cert-authority ${line('*', A)}`, 'h', A)).toBe('unknown')
  })

  it('accepts any of several keys, in whatever file and order', () => {
    const text = `${line('h', B)}\n${line('h', RSA, 'ssh-rsa')}\n${line('h', A)}`
    expect(judge(text, 'h', A)).toBe('match')
    expect(judge(text, 'h', RSA)).toBe('match')
    expect(knownKeyTypes(find(text, 'h'))).toEqual(['ssh-ed25519', 'ssh-rsa'])
  })

  it('asks for keys of a type that is revoked only where no other is known', () => {
    const revoked = `@revoked ${line('*', A)}\n${line('h', A)}\n`
    expect(knownKeyTypes(find(`${revoked}${line('h', RSA, 'ssh-rsa')}`, 'h'))).toEqual(['ssh-rsa'])
    expect(knownKeyTypes(find(`${revoked}${line('h', B)}`, 'h'))).toEqual(['ssh-ed25519'])
    expect(knownKeyTypes(find(revoked, 'h'))).toEqual(['ssh-ed25519'])
  })

  it('says where the key that changed is known', () => {
    const verdict = judgeHostKey(find(`# one\n${line('[h]:2222', A)}`, 'h', 2222), B)
    expect(verdict).toMatchObject({ kind: 'changed', entries: [{ file: 'kh', line: 2, key: A }] })
  })

  it('takes the plain name for another port where its key is equal, and only then', () => {
    expect(judge(line('h', A), 'h', A, 2222)).toBe('match')
    expect(judge(line('h', A), 'h', B, 2222)).toBe('unknown')
  })

  it.each([
    'h ssh-ed25519',
    'h ssh-ed25519 !!!',
    'h ssh-rsa ' + A.toString('base64'),
    '@other h x y',
    'h 1024 35 12345',
  ])('skips the malformed line %j', (text) => expect(parseKnownHosts(text, 'kh')).toEqual([]))

  it('prints fingerprints as ssh-keygen does', () => {
    const key = Buffer.from(
      'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl', // github.com, published with its fingerprint
      'base64',
    )
    expect(fingerprint(key)).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU')
  })
})
