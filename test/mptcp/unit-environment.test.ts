import { expect, it } from 'vitest'
import { environmentWord, unitEnvironment, unitSetting } from '../../src/mptcp/unit-environment.ts'

const read = (...files: string[]): Record<string, string> =>
  unitEnvironment(files.map((text) => `[Service]\n${text}\n`))

it.each<[string, string, Record<string, string>]>([
  ['one', 'Environment=A=1', { A: '1' }],
  [
    'several, quoted as a whole or in part',
    `Environment="A=b c" B=x 'C=d "e"' D="f g"`,
    { A: 'b c', B: 'x', C: 'd "e"', D: 'f g' },
  ],
  ['the last of a name', 'Environment=A=1\nEnvironment=A=2', { A: '2' }],
  ['none after an empty one', 'Environment=A=1\nEnvironment=\nEnvironment=B=2', { B: '2' }],
  ['a line that goes on', 'Environment=A=1 \\\n# not this\n  B=2', { A: '1', B: '2' }],
  ['escaped quotes', String.raw`Environment="A=x \"y\""`, { A: 'x "y"' }],
  ['an empty value', 'Environment=A=', { A: '' }],
  ['not comments', '#Environment=A=1\n; Environment=B=2', {}],
  ['not other settings', 'PassEnvironment=A=1\nEnvironmentFile=/x', {}],
])('reads %s', (_name, text, expected) => {
  expect(read(text)).toEqual(expected)
})

it('lets later files win, and reads no other section', () => {
  expect(read('Environment=A=1 B=1', 'Environment=A=2')).toEqual({ A: '2', B: '1' })
  expect(unitEnvironment(['[Unit]\nEnvironment=A=1\n[Socket]\nEnvironment=B=1\n'])).toEqual({})
})

it('reads back what it writes', () => {
  for (const value of ['a:b', 'a b', `it's "so"`, '']) {
    expect(read(`Environment=${environmentWord('A', value)}`)).toEqual({ A: value })
  }
})

it('finds the last value of a setting', () => {
  const files = ['[Socket]\nSocketProtocol=sctp\n', '[Socket]\nSocketProtocol=mptcp\n[Service]\nSocketProtocol=no\n']
  expect(unitSetting(files, 'Socket', 'SocketProtocol')).toBe('mptcp')
  expect(unitSetting(files, 'Socket', 'Accept')).toBeNull()
})
