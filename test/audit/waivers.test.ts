/** Waivers: one without owner, reason, expiry or hosts is refused; an expired one holds no more. */
import { describe, expect, test } from 'vitest'
import { isExpired, parseWaivers } from '../../src/audit/waivers.ts'
import { parseYaml } from '../../src/text/yaml.ts'

const ONE = { control: 'no-fallback', hosts: 'web', owner: 'ops', reason: 'old balancer', expires: '2027-01-31' }

function parse(waivers: unknown): string[] {
  const { node } = parseYaml(JSON.stringify({ waivers }), 'w.yml')
  const parsed = parseWaivers(node!, ['no-fallback'])
  return 'diagnostics' in parsed
    ? parsed.diagnostics.map(({ summary, hint }) => `${summary} ${hint}`.trim())
    : parsed.waivers.map(({ control, hosts, owner }) => `${control} ${hosts} ${owner}`)
}

describe('a file of waivers', () => {
  test('is read', () => expect(parse([ONE])).toEqual(['no-fallback web ops']))

  test.each([
    [{ ...ONE, owner: undefined }, 'waivers[0].owner'],
    [{ ...ONE, owner: '' }, 'waivers[0].owner'],
    [{ ...ONE, owner: ' ' }, 'waivers[0].owner: must not be empty'],
    [{ ...ONE, reason: ' ' }, 'waivers[0].reason: must not be empty'],
    [{ ...ONE, reason: undefined }, 'waivers[0].reason'],
    [{ ...ONE, expires: undefined }, 'waivers[0].expires'],
    [{ ...ONE, expires: '2027-02-30' }, 'waivers[0].expires: expected a day as 2027-01-31'],
    [{ ...ONE, expires: 'never' }, 'waivers[0].expires: expected a day as 2027-01-31'],
    [{ ...ONE, hosts: undefined }, 'waivers[0].hosts'],
    [{ ...ONE, control: 'no-falback' }, 'no control is named "no-falback" did you mean "no-fallback"?'],
    [{ ...ONE, until: 'x' }, 'waivers[0].until: unknown key'],
  ])('%j is refused', (waiver, expected) => {
    expect(parse([waiver]).join('\n')).toContain(expected)
  })
})

test.each([
  ['2027-01-30', false],
  ['2027-01-31', false],
  ['2027-02-01', true],
])('on %s a waiver until 2027-01-31 has expired: %s', (today, expected) => {
  expect(isExpired(ONE, today)).toBe(expected)
})
