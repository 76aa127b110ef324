import { expect, it } from 'vitest'
import { endpointKey, flagsFromRaw, isEndpointFlag, orderFlags, sortFlags } from '../../src/mptcp/endpoint-flags.ts'

it('names bits, and leaves out those without a name', () => {
  expect(flagsFromRaw(0x10)).toEqual(['implicit'])
  expect(flagsFromRaw(0x20)).toEqual(['laminar'])
  expect(flagsFromRaw(0x4f)).toEqual(['signal', 'subflow', 'backup', 'fullmesh'])
})

it('has one form for comparing and one for command lines', () => {
  expect(sortFlags(['subflow', 'backup', 'subflow'])).toEqual(['backup', 'subflow'])
  expect(orderFlags(['backup', 'subflow', 'signal', 'signal'])).toEqual(['signal', 'subflow', 'backup'])
})

it('knows its names and nothing inherited', () => {
  expect(isEndpointFlag('signal')).toBe(true)
  expect(isEndpointFlag('toString')).toBe(false)
})

it('names endpoints by address and port', () => {
  expect(endpointKey({ address: '192.0.2.10', port: null })).toBe('192.0.2.10')
  expect(endpointKey({ address: 'fd00::1', port: 8080 })).toBe('fd00::1 port 8080')
})
