/** How reports call what an audit looked at. */
import { expect, test } from 'vitest'
import { auditedPattern } from '../../../src/engine/audit/pattern.ts'

test.each([
  ['all', null, 'all'],
  ['web', 'a:&b', 'web, limited to a:&b'],
  ['all', 'a\nb\n', 'all, limited to a,b'],
])('%s, limit %j', (pattern, limit, told) => {
  expect(auditedPattern({ pattern, limit })).toBe(told)
})

test('a long limit is told by its number of lines, and is another one where a line is', () => {
  const limit = (last: string): string =>
    [...Array.from({ length: 99 }, (_, index) => `host-${index}`), last].join('\n')
  const told = auditedPattern({ pattern: 'all', limit: limit('x') })
  expect(told).toMatch(/^all, limited to 100 patterns \([\da-f]{8}\)$/)
  expect(auditedPattern({ pattern: 'all', limit: limit('y') })).not.toBe(told)
})
