/** Controls over pairs: judged once both ends are read, with what only they need kept until then. */
import { describe, expect, test } from 'vitest'
import type { Profile } from '../../../src/audit/profile.ts'
import { controls } from '../../../src/audit/registry.ts'
import { knownOf, pairFacts, unknownPairHosts } from '../../../src/engine/audit/around.ts'
import { newJudge } from '../../../src/engine/audit/judge.ts'
import type { FactResults } from '../../../src/engine/script/probe.ts'
import { NOTHING_APPLIED } from '../../../src/model/applied.ts'
import type { PastTest } from '../../../src/model/audit.ts'

const INVENTORY = { hosts: new Map(['a', 'b', 'c'].map((name) => [name, {}])) } as never
const SOURCE = { file: 'p.yml', line: 3, column: 5 }

function profile(...pairs: [string, string][]): Profile {
  const chosen = ['pair-enabled', 'enabled-running'].map((id) => {
    const control = controls.get(id)!
    return { control, severity: control.severity, params: control.params.parse({}) as unknown, required: false }
  })
  const sources = { server: SOURCE, client: SOURCE }
  return {
    name: 'p',
    title: 'P',
    controls: chosen,
    pairs: pairs.map(([server, client]) => ({ server, client, sources })),
  }
}

function past(...pairs: [string, string][]) {
  const tests = pairs.map(([server, client]) => ({ server, client }) as PastTest)
  return { tests, appliedTo: () => NOTHING_APPLIED }
}

const enabled = (value: string): FactResults =>
  new Map([['sysctl', { ok: true as const, value: { 'net.mptcp.enabled': value } }]])

function judged(of: Profile, kept: ReturnType<typeof past>, read: Record<string, string | null>): string[] {
  const known = knownOf(of, kept, INVENTORY, '2026-10-31T00:00:00Z')
  const judge = newJudge(of, () => null)
  for (const [name, value] of Object.entries(read)) {
    if (value === null) judge.missed(known(name), 'no route')
    else judge.read(known(name), enabled(value))
  }
  const results = judge.results((peer) => `outside "${peer}"`)
  return Object.keys(read).flatMap((name) =>
    results(name).map(({ control, status, reason }) => `${name} ${control} ${status}: ${reason}`),
  )
}

describe('a pair', () => {
  test('of the profile is judged whichever end is read first, in the order of the profile', () => {
    expect(judged(profile(['a', 'b']), past(), { a: '0', b: '1' })).toEqual([
      'a pair-enabled fail: on at b, off here',
      'a enabled-running fail: net.mptcp.enabled is 0',
      'b pair-enabled pass: on here',
      'b enabled-running pass: net.mptcp.enabled is 1',
    ])
  })

  test('of a test that is kept counts as well', () => {
    expect(judged(profile(), past(['b', 'a']), { b: '1', a: '0' })[2]).toBe('a pair-enabled fail: on at b, off here')
  })

  test('whose other end the inventory has no more is none', () => {
    expect(judged(profile(), past(['gone', 'a']), { a: '1' })[0]).toMatch(
      /^a pair-enabled not-tested: it is in no pair/,
    )
  })

  test.each([
    [{ a: '1' }, 'b was not read: outside "b"'],
    [{ a: '1', b: null }, 'b was not read: no route'],
  ])('whose other end was not read is not tested: %j', (read, reason) => {
    expect(judged(profile(['b', 'a']), past(), read)[0]).toBe(`a pair-enabled not-tested: ${reason}`)
  })
})

test('only facts that pairs need are kept', () => {
  const all: FactResults = new Map([...enabled('1'), ['packages', { ok: true, value: {} }]])
  expect([...pairFacts(all, new Set(['sysctl'])).keys()]).toEqual(['sysctl'])
})

test('a host that the inventory lacks is told with its place and what was meant', () => {
  const inventory = { hosts: new Map([['system-a', {}]]) } as never
  expect(unknownPairHosts(profile(['system-a', 'sistem-a']), inventory)).toMatchObject([
    { code: 'unknown-host', summary: 'no host is named "sistem-a"', hint: 'did you mean "system-a"?', source: SOURCE },
  ])
})
