/** A profile held against one host: what counts as failing, what a waiver covers, what could not be read. */
import { describe, expect, test } from 'vitest'
import { evaluateHost, isAtLeast, NOTHING_KNOWN, profileFacts, unreachableHost } from '../../src/audit/evaluate.ts'
import type { ReadFact } from '../../src/audit/evaluate.ts'
import type { Profile } from '../../src/audit/profile.ts'
import { controls } from '../../src/audit/registry.ts'

function profile(required = false): Profile {
  const chosen = ['enabled-running', 'no-fallback', 'limits-sufficient'].map((id) => {
    const control = controls.get(id)!
    return { control, severity: control.severity, params: control.params.parse({}) as unknown, required }
  })
  return { name: 'p', title: 'P', controls: chosen, pairs: [] }
}

const read: ReadFact = (key) =>
  key === 'limits'
    ? { ok: false, reason: 'ip printed no limits', hint: 'install iproute2' }
    : { ok: true, value: key === 'sysctl' ? { 'net.mptcp.enabled': '0' } : { total: 0, fallbacks: 0, listed: [] } }

const shown = (required: boolean, waived: string[] = []): string[] =>
  evaluateHost(profile(required), read, (control) => (waived.includes(control) ? 3 : null)).map(
    ({ control, status, failing, waiver }) => `${control} ${status} ${failing} ${waiver}`,
  )

describe('a host', () => {
  test('fails what fails, and what could not be read', () => {
    expect(shown(false)).toEqual([
      'enabled-running fail true null',
      'no-fallback not-tested false null',
      'limits-sufficient error true null',
    ])
  })

  test('fails what was not tested where the profile requires it', () => {
    expect(shown(true)[1]).toBe('no-fallback not-tested true null')
  })

  test('is waived of what fails, and of nothing else', () => {
    expect(shown(false, ['enabled-running', 'no-fallback', 'limits-sufficient'])).toEqual([
      'enabled-running waived false 3',
      'no-fallback not-tested false null',
      'limits-sufficient waived false 3',
    ])
  })

  test('that was not read fails nothing, and says so of each control', () => {
    const results = unreachableHost(profile(), 'no route')
    expect(results.map(({ status, failing, reason }) => [status, failing, reason])).toEqual(
      Array.from({ length: 3 }, () => ['unreachable', false, 'no route']),
    )
  })

  test('says why something could not be read', () => {
    const [, , limits] = evaluateHost(profile(), read, () => null)
    expect(limits?.reason).toBe('limits was not read: ip printed no limits (install iproute2)')
  })
})

test('facts that several controls read are read once', () => {
  const all = { controls: [...profile().controls, ...profile().controls] }
  expect([...profileFacts(all, NOTHING_KNOWN).keys()]).toEqual(['sysctl', 'connections', 'limits'])
})

test('the worst severity is at least each other', () => {
  expect([isAtLeast('critical', 'low'), isAtLeast('low', 'critical'), isAtLeast('high', 'high')]).toEqual([
    true,
    false,
    true,
  ])
})
