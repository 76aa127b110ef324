/** Secrets in expressions of constructed inventories are passed on, and nothing is made of them. */
import { expect, test } from 'vitest'
import type { Secret } from '../../src/model/secret.ts'
import { load, said } from './constructed-load.ts'

const SECRETS =
  "a pw=x inl=\"{{ ansible_password }}\" ansible_password=lion creds=\"{'pw': '{{ ansible_password }}', 'user': 'u'}\"\n"

test.each([
  ['groups: {x: "inl == \'lion\'"}', 'inl'],
  ['groups: {x: inl}', 'inl'],
  ['groups: {x: "inl is defined and \'l\' in ansible_password"}', 'ansible_password'],
  ['groups: {x: "\'lion\' is eq(inl)"}', 'inl'],
  ['groups: {x: "(creds.pw) != \'\'"}', 'creds.pw'],
  ['groups: {x: "not inl"}', 'inl'],
  ['keyed_groups: [{key: inl, prefix: x}]', 'inl'],
  ['keyed_groups: [{key: "[pw, inl]", prefix: x}]', '[pw, inl]'],
  ['keyed_groups: [{key: pw, parent_group: "p_{{ inl }}"}]', 'inl'],
  ['compose: {x: inl | first}', 'inl'],
  ['compose: {x: "inl[0]"}', 'inl'],
  ['compose: {x: "creds[\'pw\'][0]"}', 'creds'],
  ['compose: {x: "inl | upper"}', null],
  ['compose: {x: "inl ~ pw"}', 'inl'],
  ['compose: {x: "pw if inl else pw"}', 'inl'],
  ['compose: {x: "[inl] == [\'lion\']"}', 'inl'],
])('a secret decides nothing: %s', async (constructed, name) => {
  for (const strict of [true, false]) {
    const [problem = '', ...more] = await said(`strict: ${strict}\n${constructed}\n`, SECRETS)
    expect(more).toEqual([])
    expect(problem).toMatch(/^error 3:\d+: .*\(host a\)$/)
    if (name !== null)
      expect(problem).toContain(`${name}${problem.includes(`"${name}"`) ? '"' : ''} is encrypted or a password`)
  }
})

test.each<[string, string[]]>([
  ['inl is defined', ['x']],
  ['ansible_password is not defined or pw == "x"', ['x']],
  ['"inl" in group_names', []],
  ['creds.user == "u"', ['x']],
  ['pw is defined and creds is undefined', []],
])('what only asks whether there is a secret, or names none: %s', async (condition, expected) => {
  const { hosts } = await load(`strict: true\ngroups: {x: ${JSON.stringify(condition)}}\n`, SECRETS)
  expect(hosts.get('a')!.groups.filter((name) => name === 'x')).toEqual(expected)
})

test.each(['inl', 'creds.pw', "creds['pw']", "inl | default('')", "inl if pw == 'x' else ''", 'nope | default(inl)'])(
  'a secret is passed on as it is: %s',
  async (expression) => {
    const { hosts } = await load(`strict: true\ncompose: {x: ${JSON.stringify(expression)}}\n`, SECRETS)
    expect((hosts.get('a')!.vars['x'] as Secret).reveal()).toBe('lion')
  },
)
