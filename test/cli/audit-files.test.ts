/** Profiles read from disk: shipped ones by name, others by path, with what they extend. */
import { describe, expect, test } from 'vitest'
import { controls } from '../../src/audit/registry.ts'
import { loadProfile, loadWaivers, PROFILES } from '../../src/cli/run/audit-files.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { dispatch } from '../../src/cli/dispatch.ts'
import { makeFiles } from '../inventory/files.ts'
import { testIo } from './test-io.ts'

const HEAD = 'name: own\ntitle: Own\n'

describe('a profile is read', () => {
  test.each(PROFILES)('the shipped %s', (name) => {
    const { profile, hash } = loadProfile(name, '/', controls)
    expect([profile.name, hash]).toEqual([name, expect.stringMatching(/^[\da-f]{64}$/)])
    expect(profile.controls.length).toBeGreaterThan(5)
  })

  test('a file that extends a shipped one and a file beside it', () => {
    const cwd = makeFiles({
      'p/own.yml': `${HEAD}extends: ./mid.yml\n`,
      'p/mid.yml': `${HEAD}extends: baseline\ncontrols: { no-fallback: off }\n`,
    })
    const { profile } = loadProfile('p/own.yml', cwd, controls)
    expect(profile.controls.map(({ control }) => control.id)).not.toContain('no-fallback')
    expect(profile.controls.length).toBeGreaterThan(5)
  })

  test.each([
    ['basline', {}, 'there is no profile "basline"'],
    ['own.yml', {}, 'no such file'],
    ['own.yml', { 'own.yml': `${HEAD}extends: own.yml` }, 'extends itself'],
    ['own.yml', { 'own.yml': HEAD }, 'has no controls'],
    ['own.yml', { 'own.yml': '' }, 'the file is empty'],
  ])('%s of %j is refused', (name, files, expected) => {
    const cwd = makeFiles(files)
    expect(() => loadProfile(name, cwd, controls)).toThrow(DiagnosticsError)
    expect(() => loadProfile(name, cwd, controls)).toThrow(expected)
  })
})

test.each([
  [`${HEAD}extends: own.yml\n`, 'own.yml:3:10'],
  [`${HEAD}extends: servr\n`, 'own.yml:3:10'],
])('what %j extends is told where it says so', (text, expected) => {
  const cwd = makeFiles({ 'own.yml': text })
  const { source } = diagnosticOf(() => loadProfile('own.yml', cwd, controls))
  expect(`${source?.file}:${source?.line}:${source?.column}`).toBe(expected)
})

test('waivers that are empty are told how to be so', () => {
  const cwd = makeFiles({ 'w.yml': '' })
  const { summary, hint } = diagnosticOf(() =>
    loadWaivers(['w.yml'], cwd, loadProfile('baseline', cwd, controls).profile),
  )
  expect(summary).toBe('the file is empty')
  expect(hint).toContain('waivers: []')
})

function diagnosticOf(act: () => unknown): Diagnostic {
  try {
    act()
  } catch (error) {
    if (error instanceof DiagnosticsError) return error.diagnostics[0]!
    throw error
  }
  throw new Error('nothing was refused')
}

describe('a task audit of a playbook', () => {
  const W = 'waivers:\n  - { control: enabled-running, hosts: all, owner: ops, reason: later, expires: 2999-01-01 }\n'

  /** All that is said of a playbook in p/ with this task. */
  async function checked(task: string, files: Record<string, string> = {}): Promise<string> {
    const playbook = `- hosts: all\n  tasks:\n    - audit: ${task}\n`
    const cwd = makeFiles({ ...files, 'p/site.yml': playbook, 'hosts.ini': 'system-a\nsystem-b\n' })
    const { io, err } = testIo({ cwd })
    await dispatch(['plan', '-i', 'hosts.ini', 'p/site.yml', '--syntax-check', '--ssh-config', 'none'], io)
    return err()
  }

  test('takes its files from beside the playbook', async () => {
    const own = `${HEAD}extends: client\npairs: [{ server: system-b, client: system-a }]\n`
    const said = await checked('{ profile: own.yml, waivers: w.yml, fail_on: high }', {
      'p/own.yml': own,
      'p/files/w.yml': W,
    })
    expect(said).toBe('')
  })

  test.each<[string, Record<string, string>, string]>([
    ['{ profile: basline }', {}, 'p/site.yml:3:25: there is no profile "basline"\n    hint: did you mean "baseline"?'],
    ['{ profile: own.yml }', {}, 'p/site.yml:3:25: audit: own.yml: no such file\n    hint: looked for in'],
    ['{ waivers: [w.yml, x.yml] }', { 'p/w.yml': W }, 'p/site.yml:3:33: audit: x.yml: no such file'],
    ['{ fail_on: worst }', {}, 'p/site.yml:3:25: audit.fail_on: expected one of critical, high, medium, low'],
    ['{ profil: client }', {}, 'p/site.yml:3:16: audit.profil: unknown key, did you mean "profile"?'],
    [
      '{ profile: own.yml }',
      { 'p/own.yml': `${HEAD}controls: { enabled-runing: {} }` },
      'p/own.yml:3:13: no control is named "enabled-runing"',
    ],
    [
      '{ profile: own.yml }',
      { 'p/own.yml': `${HEAD}extends: client\npairs: [{ server: system-b, client: sistem-a }]` },
      'p/own.yml:4:37: no host is named "sistem-a"\n    hint: did you mean "system-a"?',
    ],
  ])('%s of %j is told with its place', async (task, files, expected) => {
    expect(await checked(task, files)).toContain(expected)
  })
})
