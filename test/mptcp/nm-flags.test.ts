import { describe, expect, it } from 'vitest'
import { nmCovers, nmFlagsFor, nmFlagsText, nmKnowsMptcp, nmMakes } from '../../src/mptcp/nm-flags.ts'

describe('values', () => {
  it.each([
    [['signal'], 0x1e],
    [['subflow'], 0x2e],
    [['signal', 'subflow'], 0x3e],
    [['backup', 'signal'], 0x5e],
    [['fullmesh', 'subflow'], 0xae],
    [['laminar', 'subflow'], null],
    [['backup'], null],
    [[], null],
  ] as const)('%j are %s', (flags, value) => {
    expect(nmFlagsFor([...flags])).toBe(value)
  })

  it('are written as nmcli takes them', () => {
    expect(nmFlagsText(0x1e)).toBe('0x1e')
  })
})

describe('what NetworkManager makes', () => {
  it.each([
    [0, true, ['subflow']],
    [0, false, null],
    [1, true, null],
    [0x12, false, null],
    [0x12, true, ['signal']],
    [0x1e, false, ['signal']],
    [0x2, true, ['subflow']],
    [0x4a, false, ['backup', 'subflow']],
  ])('of %i with default route %s', (value, hasDefaultRoute, flags) => {
    expect(nmMakes(value, hasDefaultRoute)).toEqual(flags)
  })

  it.each([
    ['192.0.2.1', true],
    ['2001:db8::1', true],
    ['fd00::1', false],
    ['fe80::1', false],
    ['169.254.1.1', false],
    ['127.0.0.1', false],
  ])('of %s: %s', (address, covers) => {
    expect(nmCovers(address)).toBe(covers)
  })
})

it.each([
  ['1.40.0', true],
  ['1.52.1', true],
  ['2.0', true],
  ['1.36.0', false],
  [null, false],
])('version %s knows MPTCP: %s', (version, knows) => {
  expect(nmKnowsMptcp(version)).toBe(knows)
})
