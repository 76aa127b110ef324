import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as ip from '../../src/text/ip.ts'

test.each([
  ['192.0.2.10', { family: 4, normal: '192.0.2.10' }],
  ['2001:DB8:0:0::0001', { family: 6, normal: '2001:db8::1' }],
  ['::ffff:192.0.2.10', { family: 4, normal: '192.0.2.10' }],
  ['::', { family: 6, normal: '::' }],
  ['192.0.2', null],
  ['192.0.2.010', null],
  ['192.0.2.256', null],
  ['0x7f.0.0.1', null],
  [' 192.0.2.1', null],
  ['fe80::1%eth0', null],
  ['192.0.2.0/24', null],
  ['', null],
])('parseAddress(%j)', (text, expected) => {
  expect(ip.parseAddress(text)).toEqual(expected)
})

test.each([
  ['192.0.2.130', 24, '192.0.2.0/24'],
  ['192.0.2.130', 25, '192.0.2.128/25'],
  ['192.0.2.130', 0, '0.0.0.0/0'],
  ['192.0.2.130', 32, '192.0.2.130/32'],
  ['10.255.255.255', 11, '10.224.0.0/11'],
  ['2001:db8:0:1::5', 64, '2001:db8:0:1::/64'],
  ['2001:db8:ffff::5', 33, '2001:db8:8000::/33'],
])('networkOf(%s, %i)', (address, prefix, expected) => {
  expect(ip.networkOf(address, prefix)).toBe(expected)
})

test.each([
  ['192.0.2.10', 33],
  ['192.0.2.10', -1],
  ['192.0.2.10', 1.5],
  ['nonsense', 24],
])('networkOf(%s, %d) throws', (address, prefix) => {
  expect(() => ip.networkOf(address, prefix)).toThrow(RangeError)
})

test.each([
  ['192.0.2.0/24', '192.0.2.0/24'],
  ['192.0.2.77/24', '192.0.2.0/24'],
  ['2001:DB8::5/32', '2001:db8::/32'],
  ['192.0.2.0', null],
  ['192.0.2.0/33', null],
  ['192.0.2.0/24/8', null],
  ['192.0.2.0/x', null],
])('parseNetwork(%s)', (text, expected) => {
  expect(ip.parseNetwork(text)).toBe(expected)
})

test('contains, by family and number', () => {
  expect(ip.contains('192.0.2.0/24', '192.0.2.255')).toBe(true)
  expect(ip.contains('192.0.2.0/24', '192.0.3.0')).toBe(false)
  expect(ip.contains('0.0.0.0/0', '2001:db8::1')).toBe(false)
  expect(ip.contains('2001:db8::/32', '192.0.2.1')).toBe(false)
  expect(() => ip.contains('192.0.2.0', '192.0.2.1')).toThrow('is no network')
})

test('kinds of addresses', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', '192.0.2.1', 'x'].map(ip.isLoopback)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
  expect(['169.254.1.1', 'fe80::1', '10.0.0.1', 'x'].map(ip.isLinkLocal)).toEqual([true, true, false, false])
  expect(['224.0.0.1', 'ff02::1', '10.0.0.1', 'x'].map(ip.isMulticast)).toEqual([true, true, false, false])
})

test('addresses sort by family and number, not by text', () => {
  const sorted = ['2001:db8::1', '192.0.2.10', '192.0.2.9', '::1'].sort(ip.compareAddresses)
  expect(sorted).toEqual(['192.0.2.9', '192.0.2.10', '::1', '2001:db8::1'])
})

const address = fc.oneof(fc.ipV4(), fc.ipV6()).filter((text) => ip.parseAddress(text) !== null)

test('an address is in its own network, and its normal form is stable', () => {
  fc.assert(
    fc.property(address, fc.nat(128), (text, length) => {
      const { family, normal } = ip.parseAddress(text)!
      const prefix = Math.min(length, family === 4 ? 32 : 128)
      const network = ip.networkOf(text, prefix)
      expect(ip.contains(network, text)).toBe(true)
      expect(ip.parseNetwork(network)).toBe(network)
      expect(ip.parseAddress(normal)).toEqual({ family, normal })
      expect(ip.compareAddresses(text, normal)).toBe(0)
    }),
  )
})

test('a network that was read holds the same addresses as its text does', () => {
  fc.assert(
    fc.property(address, address, fc.nat(128), (one, other, length) => {
      const prefix = Math.min(length, ip.parseAddress(one)!.family === 4 ? 32 : 128)
      const network = `${one}/${prefix}`
      for (const text of [one, other]) {
        expect(ip.isInNetwork(ip.readNetwork(network)!, ip.readNetwork(text)!)).toBe(ip.contains(network, text))
      }
    }),
  )
  expect(['x', '', '192.0.2.0/33', '192.0.2.0/', '::/129', '192.0.2.0/24/8'].map(ip.readNetwork)).toEqual(
    Array.from({ length: 6 }, () => null),
  )
})
