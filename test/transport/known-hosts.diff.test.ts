/**
 * Our reading of known_hosts against `ssh-keygen -l -F NAME`, which reads files by the code that ssh uses. It takes a name
 * as it stands in the file: ports and aliases make names before that, and are compared with ssh itself elsewhere.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { indexKnownHosts, parseKnownHosts, renderKnownHost } from '../../src/transport/known-hosts.ts'

const hasSsh = spawnSync('ssh-keygen', ['-?']).error === undefined
const work = mkdtempSync(join(tmpdir(), 'mptcp-fleet-known-hosts-'))
afterAll(() => rmSync(work, { recursive: true }))

/** `type base64`, one for each kind of key that OpenSSH makes here. */
const keys = hasSsh ? ['ed25519', 'ecdsa-256', 'ecdsa-384', 'ecdsa-521', 'rsa-1024', 'rsa-2048'].map(makeKey) : ['']

function makeKey(kind: string): string {
  const [type = '', bits] = kind.split('-')
  const file = join(work, kind)
  execFileSync('ssh-keygen', ['-q', '-t', type, ...(bits === undefined ? [] : ['-b', bits]), '-N', '', '-f', file])
  return readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
}

const NAMES = ['web1', 'web1.example.com', '[web1]:2222', '10.0.0.7', '[10.0.0.7]:22022', '2001:db8::1']
const of = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
const pattern = of(
  ...NAMES,
  'WEB1',
  '*',
  'web?',
  'web?.EXAMPLE.com',
  '*.example.com',
  '10.0.0.*',
  '[*]:2222',
  '[web1]:*',
  '?001:*',
  'other',
  '',
)
const names = fc
  .array(
    fc.tuple(of('', '', '', '!'), pattern).map((parts) => parts.join('')),
    { minLength: 1, maxLength: 4 },
  )
  .map((all) => all.join(','))
  .filter((list) => list !== '' && !/^[#@|]/.test(list))
const hashed = fc
  .tuple(of(...NAMES), fc.uint8Array({ minLength: 20, maxLength: 20 }))
  .map(([name, salt]) => renderKnownHost(name, Buffer.alloc(0), Buffer.from(salt)).split(' ')[0]!)
const spoilt = hashed.chain((name) =>
  of(
    name.replace(/=/g, ''),
    name.replace('|1|', '|2|'),
    `${name}x`,
    name.slice(0, 20),
    name.replace(/\|([^|]*)$/, ''),
    `${name},web1`,
    `!${name}`,
    '|',
  ),
)
const marker = of(
  '',
  '',
  '',
  '',
  '@revoked ',
  '@cert-authority ',
  '@revoked\t',
  '@other ',
  '@revoked @cert-authority ',
  '@Revoked ',
  '@ ',
)
const blank = of(' ', '\t', '  ', ' \t')
const key = fc.oneof(
  { weight: 8, arbitrary: of(...keys) },
  of(...keys).chain((key) => {
    const [type = '', base64 = ''] = key.split(' ')
    return of(
      // The wrong type, other names of a type, and what is left when something is cut or added.
      `ssh-ed25519 ${base64}`,
      `ssh-rsa ${base64}`,
      `rsa-sha2-512 ${base64}`,
      `ecdsa-sha2-nistp256 ${base64}`,
      `${type.toUpperCase()} ${base64}`,
      `ssh-nothing ${base64}`,
      `${type} ${base64.slice(0, -4)}`,
      `${type} ${base64.slice(0, -1)}`,
      `${type} ${base64}AAAA`,
      `${type} ${base64.slice(0, 40)}!${base64.slice(41)}`,
      `${type} ${base64.replaceAll('=', '')}`,
      `${type} # ${base64}`,
      type,
      '',
      '1024 35 1234567890',
    )
  }),
)
const line = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(
        of('', '', ' ', '\t'),
        marker,
        fc.oneof({ weight: 3, arbitrary: names }, hashed, spoilt),
        blank,
        key,
        of('', ' a comment', '\tc', '\r', ' # c'),
      )
      .map((parts) => parts.join('')),
  },
  // Blanks behind a bare name: OpenSSH 9.2 reads on in the line before where there is none.
  of('', '# comment', '   ', '\t# web1 ssh-rsa AAAA', 'web1 ', 'garbage \u0001 \u00e9', '@revoked', '@revoked web1 '),
)
const goodLine = fc
  .tuple(of('', '@revoked ', '@cert-authority '), of(...NAMES, 'web1,10.0.0.7', 'WEB1', '*.example.com'), of(...keys))
  .map(([marker, names, key]) => `${marker}${names} ${key}`)
const some = { minLength: 1, maxLength: 8 }
const file = fc.record({
  // `ssh-keygen -H` goes over a third of them; it leaves a file alone that has a line which it cannot read.
  lines: fc.oneof(
    { weight: 2, arbitrary: fc.array(line, some).map((lines) => ({ lines, hash: false })) },
    fc.array(goodLine, some).map((lines) => ({ lines, hash: true })),
  ),
  newline: of('\n', '\n', '\r\n'),
  end: of('', '\n'),
  name: of(...NAMES),
})

describe.skipIf(!hasSsh)('known_hosts, beside ssh-keygen -F (skipped where there is no ssh-keygen)', () => {
  it('finds the same entries in 500 files', () => {
    const seen = { found: 0, none: 0, hashed: 0 }
    const path = join(work, 'known_hosts')
    fc.assert(
      fc.property(file, ({ lines: { lines, hash }, newline, end, name }) => {
        writeFileSync(path, lines.join(newline) + end)
        if (hash) spawnSync('ssh-keygen', ['-H', '-f', path])
        const text = readFileSync(path, 'utf8')
        const { stdout } = spawnSync('ssh-keygen', ['-l', '-F', name, '-f', path], { encoding: 'utf8' })
        const theirs = [...stdout.matchAll(/^# Host .* found: line (\d+) (\S*)/gm)].map(([, line, marker]) => [
          Number(line),
          marker,
        ])
        const ours = indexKnownHosts(parseKnownHosts(text, path)).find(name)
        expect(ours.map((entry) => [entry.line, MARKS[entry.marker ?? 'none']])).toEqual(theirs)
        seen[theirs.length > 0 ? 'found' : 'none']++
        if (ours.some((entry) => entry.names.startsWith('|1|'))) seen.hashed++
      }),
      { numRuns: 500, seed: 20_261_122 },
    )
    // Neither side may have got off lightly.
    expect(Math.min(seen.found, seen.none)).toBeGreaterThan(100)
    expect(seen.hashed).toBeGreaterThan(40)
  })
})

const MARKS = { none: '', revoked: 'REVOKED', 'cert-authority': 'CA' }
