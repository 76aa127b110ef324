import { describe, expect, it } from 'vitest'
import { UNKNOWN } from '../../src/model/change.ts'
import { plainValue } from '../../src/model/plain.ts'
import { Secret } from '../../src/model/secret.ts'

describe('plainValue', () => {
  it.each([
    [1, 1],
    [undefined, null],
    [UNKNOWN, 'known after apply'],
    [new Secret('x'), '[secret]'],
    [new Map([['a', [UNKNOWN]]]), { a: ['known after apply'] }],
    [{ a: { b: undefined, c: new Secret('x') } }, { a: { b: null, c: '[secret]' } }],
    [
      { content: 'x', mode: '0644' },
      { content: 'x', mode: '0644' },
    ],
    [
      { content: UNKNOWN, mode: '0600' },
      { sha256: 'known after apply', mode: '0600' },
    ],
  ])('%o', (given, expected) => expect(plainValue(given)).toEqual(expected))

  it.each(['600', '0600', '0400', '0700', '4700'])('keeps the content of a file of mode %s to itself', (mode) => {
    const sha256 = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'
    expect(plainValue([{ content: 'x', mode }])).toEqual([{ sha256, mode }])
  })
})
