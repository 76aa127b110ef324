/** Profiles: what they choose, and how mistakes in them are told. */
import { describe, expect, test } from 'vitest'
import type { Profile } from '../../src/audit/profile.ts'
import { assembleProfile, parseProfileFile } from '../../src/audit/profile.ts'
import { controls } from '../../src/audit/registry.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { parseYaml } from '../../src/text/yaml.ts'

function assemble(...texts: [string, ...string[]]): Profile | string[] {
  const files = texts.map((text, index) => {
    const parsed = parseProfileFile(parseYaml(text, `p${index}.yml`).node!)
    return parsed
  })
  const wrong = files.flatMap((file) => ('diagnostics' in file ? file.diagnostics : []))
  if (wrong.length > 0) return wrong.map(said)
  const made = assembleProfile(files as never, controls)
  return 'diagnostics' in made ? made.diagnostics.map(said) : made.profile
}

function said({ source, summary, hint }: Diagnostic): string {
  return `${source?.file}:${source?.line}:${source?.column}: ${summary}${hint === '' ? '' : ` (${hint})`}`
}

const HEAD = 'name: own\ntitle: Own\n'

describe('a profile', () => {
  test('chooses controls, in the order of the registry, with their defaults', () => {
    const profile = assemble(`${HEAD}controls:\n  limits-sufficient: {}\n  enabled-running:\n`) as Profile
    expect(
      profile.controls.map(({ control, severity, params, required }) => [control.id, severity, params, required]),
    ).toEqual([
      ['enabled-running', 'critical', {}, false],
      ['limits-sufficient', 'high', { subflows: 1, add_addr_accepted: 0 }, false],
    ])
  })

  test('names pairs, beside those of what it extends', () => {
    const profile = assemble(
      `${HEAD}extends: base.yml\npairs:\n  - { server: b, client: c }\n`,
      `${HEAD}pairs: [{ server: a, client: c }]`,
    ) as Profile
    expect(profile.pairs.map(({ server, client, sources }) => [server, client, sources.client])).toEqual([
      ['b', 'c', { file: 'p0.yml', line: 5, column: 26 }],
      ['a', 'c', { file: 'p1.yml', line: 3, column: 30 }],
    ])
  })

  test('re-grades, sets parameters over those of what it extends, leaves controls out', () => {
    const base = `${HEAD}controls: { limits-sufficient: { params: { subflows: 4 } }, enabled-running: {}, no-fallback: {} }`
    const own = `${HEAD}extends: base.yml
controls:
  limits-sufficient: { severity: low, params: { add_addr_accepted: 2 } }
  no-fallback: { required: true }
  enabled-running: off
`
    const profile = assemble(own, base) as Profile
    expect(
      profile.controls.map(({ control, severity, params, required }) => [control.id, severity, params, required]),
    ).toEqual([
      ['limits-sufficient', 'low', { subflows: 4, add_addr_accepted: 2 }, false],
      ['no-fallback', 'medium', { most: 0 }, true],
    ])
  })

  test.each([
    [
      'controls: { enabled-runing: {} }',
      'p0.yml:3:13: no control is named "enabled-runing" (did you mean "enabled-running"?)',
    ],
    [
      'controls:\n  limits-sufficient: { params: { subflow: 2 } }',
      'p0.yml:4:34: limits-sufficient.params.subflow: unknown key, did you mean "subflows"?',
    ],
    ['controls:\n  limits-sufficient: { severity: bad }', 'p0.yml:4:34: controls.limits-sufficient.severity: '],
    ['pairs: [{ server: a, client: a }]', 'p0.yml:3:30: pairs[0].client: must be another host than the server'],
    ['pairs: [{ server: a, clent: b }]', 'clent: unknown key, did you mean "client"?'],
    ['control: {}', 'p0.yml:3:1: control: unknown key, did you mean "controls"?'],
  ])('%j is refused', (text, expected) => {
    const wrong = assemble(HEAD + text) as string[]
    expect(wrong.join('\n')).toContain(expected)
  })
})
