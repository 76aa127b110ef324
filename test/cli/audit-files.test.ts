/** Profiles read from disk: shipped ones by name, others by path, with what they extend. */
import { describe, expect, test } from 'vitest'
import { controls } from '../../src/audit/registry.ts'
import { loadProfile, PROFILES } from '../../src/cli/run/audit-files.ts'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { makeFiles } from '../inventory/files.ts'

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
