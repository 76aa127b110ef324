/** Names of files for hosts of any name. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hostFileNames } from '../../../src/report/audit/host-files.ts'
import { anyText } from '../../support/hostile-text.ts'

describe('names of files', () => {
  test.each([
    [['web1.example.com'], ['web1.example.com.x']],
    [['../../etc/passwd'], ['_._.._etc_passwd.x']],
    [
      ['a', 'A', 'a'],
      ['a.x', 'A-2.x', 'a-3.x'],
    ],
    [
      ['a/b', 'a_b', 'a-b'],
      ['a_b.x', 'a_b-2.x', 'a-b.x'],
    ],
    [[''], ['_.x']],
    [[], []],
  ])('%j', (hosts, names) => expect(hostFileNames(hosts, '.x')).toEqual(names))

  test('stay in their folder, are short, and differ also where case does not count', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyText, fc.constantFrom('a', 'A', 'a-2', '..'))), (hosts) => {
        const names = hostFileNames(hosts, '.hdf.json')
        expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(hosts.length)
        for (const name of names) expect(name).toMatch(/^\w[\w.-]{0,240}$/)
      }),
    )
  })
})
