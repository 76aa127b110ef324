import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { expandHostPattern } from '../../src/inventory/host-range.ts'

test.each<[string, string[], number | null]>([
  ['web1', ['web1'], null],
  ['web[1:3]', ['web1', 'web2', 'web3'], null],
  ['web[08:10].x', ['web08.x', 'web09.x', 'web10.x'], null],
  ['w[1:5:2]', ['w1', 'w3', 'w5'], null],
  ['db-[a:c]', ['db-a', 'db-b', 'db-c'], null],
  ['[a:b][1:2]', ['a1', 'a2', 'b1', 'b2'], null],
  ['w[:2]', ['w0', 'w1', 'w2'], null],
  ['w[9:11]', ['w9', 'w10', 'w11'], null],
  ['web1:2222', ['web1'], 2222],
  ['web[1:2]:2222', ['web1', 'web2'], 2222],
  ['2001:db8::1', ['2001:db8::1'], null],
  ['[2001:db8::1]:2222', ['2001:db8::1'], 2222],
  ['w[1:2]x]', ['w1x]', 'w2x]'], null],
  ['w[ab:cd]', ['wa', 'wb', 'wc'], null],
  ['w[-1:1]', ['w-1', 'w0', 'w1'], null],
  ['web_:22', ['web_:22'], null],
])('%s', (pattern, names, port) => {
  expect(expandHostPattern(pattern)).toEqual({ names, port })
})

test.each([
  ['w[3:1]', 'ends before it begins'],
  ['w[1:]', 'has no end'],
  ['w[1]', 'is no range'],
  ['w[01:100]', 'same number of digits'],
  ['w[a:3]', 'must both be numbers or both be single letters'],
  ['w[1:3:0]', 'must be 1 or more'],
  ['w[1:2:3:4]', 'is no range'],
  ['w[1:999999999]', 'more than 100000 hosts'],
  ['w[1:999][1:999]', 'more than 100000 hosts'],
  ['w[1:2', 'a bracket has no counterpart'],
  ['w|[1:2]', 'cannot have "|" in it'],
  ['w[1:3:-1]', 'must be 1 or more'],
  ['w:0', 'is no port'],
  ['w:70000', 'is no port'],
])('%s is refused', (pattern, why) => {
  expect(expandHostPattern(pattern)).toMatchObject({ error: expect.stringContaining(why) as unknown })
})

test('a range of numbers has as many names as it counts, all different', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(500), fc.integer({ min: 1, max: 20 }), (begin, length, step) => {
      const expanded = expandHostPattern(`h[${begin}:${begin + length}:${step}]`)
      const names = 'names' in expanded ? expanded.names : []
      expect(names).toHaveLength(Math.floor(length / step) + 1)
      expect(new Set(names).size).toBe(names.length)
    }),
  )
})

test('the environment says how many hosts ranges may stand for, and the refusal names how', () => {
  vi.stubEnv('MPTCP_FLEET_MAX_RANGE', '3')
  expect(expandHostPattern('w[1:3]')).toMatchObject({ names: ['w1', 'w2', 'w3'] })
  expect(expandHostPattern('w[1:4]')).toMatchObject({
    code: 'range-cap',
    error: 'the range [1:4] stands for more than 3 hosts',
    hint: expect.stringContaining('MPTCP_FLEET_MAX_RANGE=N') as unknown,
  })
  vi.unstubAllEnvs()
})

test('long names with ranges do not fill the memory', () => {
  expect(expandHostPattern(`${'x'.repeat(1_000_000)}[1:1000]`)).toMatchObject({ code: 'range-cap' })
})
