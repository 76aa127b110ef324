import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { ALGORITHMS, assembleAlgorithms } from '../../src/text/ssh-algorithms.ts'

const table = { defaults: ['a1', 'a2', 'b1'], supported: ['a1', 'a2', 'b1', 'b2', 'c'] }

test.each([
  ['b2,a1', ['b2', 'a1']],
  ['b2,nothing', ['b2']],
  ['nothing', []],
  ['b*', ['b1', 'b2']],
  ['+c,a1', ['a1', 'a2', 'b1', 'c']],
  ['-a*', ['b1']],
  ['-a*,!a2', ['a2', 'b1']],
  ['^c,b1', ['c', 'b1', 'a1', 'a2']],
])('%s is %s', (list, names) => expect(assembleAlgorithms(list, table)).toEqual(names))

test('the tables are what ssh2 can do', () => {
  const constants = createRequire(import.meta.url)('ssh2/lib/protocol/constants.js') as Record<string, string[]>
  const pairs = [
    ['ciphers', 'CIPHER'],
    ['macs', 'MAC'],
    ['kexalgorithms', 'KEX'],
    ['hostkeyalgorithms', 'SERVER_HOST_KEY'],
  ] as const
  for (const [keyword, name] of pairs) {
    const { defaults, supported } = ALGORITHMS[keyword]
    // The one default of ssh2 that is left out on purpose.
    const theirs = constants[`DEFAULT_${name}`]!.filter((algorithm) => algorithm !== 'ssh-rsa')
    expect([...defaults].sort()).toEqual(theirs.sort())
    expect(constants[`SUPPORTED_${name}`]).toEqual(expect.arrayContaining([...supported]))
  }
})
