/** Constructed inventories, as far as it is not ansible-core that says what is right: messages, secrets, unsafe text, many hosts. */
import { expect, test } from 'vitest'
import { Secret } from '../../src/model/secret.ts'
import { Unsafe } from '../../src/model/unsafe.ts'
import { load, said } from './constructed-load.ts'

test.each<[string, string, string[]]>([
  [
    'a missing variable under strict, for all hosts at once',
    'strict: true\ncompose: {x: number}\n',
    ['error 3:14: compose.x: the variable "number" is not defined (host b and 1 more)'],
  ],
  [
    'a misspelt one',
    'strict: true\ngroups: {g: evn == 1}\n',
    ['error 3:13: groups.g: the variable "evn" is not defined, did you mean "env"? (host a and 2 more)'],
  ],
  [
    'an unknown filter, whatever strict says and though no host is there',
    'compose: {x: env | uper}\n',
    ['error 2:14: compose.x: there is no filter "uper" in this version, did you mean "upper"?'],
  ],
  [
    'operators that lack a use of theirs, whatever strict says',
    `compose: {x: "'%s' % env", y: "2 ** -1", z: "env % 2"}\ngroups: {g: "'%s' % env == 'a'"}\n`,
    [
      'error 2:14: compose.x: "%" does not format text; the filter format does: "%s" | format(name) (host a and 1 more)',
      'error 2:31: compose.y: "**" takes no negative power of a whole number; the filter pow does: 2 | pow(-1) (host a and 2 more)',
      'error 3:13: groups.g: "%" does not format text; the filter format does: "%s" | format(name) (host a and 1 more)',
    ],
  ],
  [
    'an unknown test in a branch that is not taken',
    'groups: {g: "1 if env is nosuchtest else 2 if false else 3"}\n',
    ['error 2:13: groups.g: there is no test "nosuchtest" in this version'],
  ],
  [
    'an unknown method',
    'compose: {x: env.nosuchmethod()}\n',
    ['error 2:14: compose.x: there is no method "nosuchmethod" in this version'],
  ],
  [
    'a key that is a number',
    'keyed_groups: [{key: number}]\n',
    [
      "error 2:22: keyed_groups: number: a group's name is text, or a list or mapping of them, and this is a number (host a)",
    ],
  ],
  ['no key', 'keyed_groups:\n  - prefix: x\n', ['error 3:5: keyed_groups: each entry is a mapping with a key']],
  [
    'an empty key under strict',
    'strict: true\nkeyed_groups: [{key: "\'\'"}]\n',
    ["error 3:22: keyed_groups: '': the value is empty, so no group can be named after it (host a and 2 more)"],
  ],
  [
    'a name that is nothing',
    'keyed_groups: [{key: "[\'\']", separator: ""}]\n',
    ["error 2:22: keyed_groups: ['']: a group needs a name (host a and 2 more)"],
  ],
  [
    'a circle',
    'keyed_groups: [{key: env, separator: "", parent_group: prod}]\n',
    ['error 2:56: the groups go round in a circle: prod → prod'],
  ],
  ['what is no boolean', 'strict: perhaps\n', ['error 2:9: strict: expected true or false']],
  ['extra variables', 'use_extra_vars: true\n', ['error 2:17: use_extra_vars: there are no extra variables here']],
  ['what is no mapping', 'compose: x\n', ['error 2:10: compose: expected a mapping of names to expressions']],
  ['what is no list', 'keyed_groups: x\n', ['error 2:15: keyed_groups: expected a list']],
  [
    'two that exclude each other',
    'keyed_groups: [{key: env, default_value: a, trailing_separator: no}]\n',
    ['error 2:65: keyed_groups: default_value and trailing_separator exclude each other'],
  ],
  [
    'unknown keys',
    'keyed_group: []\nkeyed_groups: [{key: env, prefx: p}]\n',
    [
      'warning 2:1: keyed_group: unknown key, did you mean "keyed_groups"?',
      'warning 3:27: keyed_groups: prefx: unknown key, did you mean "prefix"?',
    ],
  ],
  [
    'a password that is a number',
    'compose: {ansible_password: number}\n',
    ['error 2:29: ansible_password: a password must be text (host a)'],
  ],
])('%s', async (_, constructed, expected) => {
  expect(await said(constructed)).toEqual(expected)
})

test('nothing is said where it may fail', async () => {
  expect(
    await said('compose: {x: number + 1, y: nowhere.a.b}\ngroups: {g: number > 1}\nkeyed_groups: [{key: env}]\n'),
  ).toEqual([])
})

test.each<readonly [string, string, string]>([
  ['1/0', 'strict: true\n', 'the result is no finite number'],
  ...[
    '2**64',
    '9007199254740993',
    'number + 9007199254740991',
    '-9007199254740991 - 2',
    '[9007199254740993]',
    '{1: 2**60, 2: 2}',
    '{1: 9007199254740991 * 9007199254740991, 2: 2}',
    '9007199254740991 ** 9',
    '99999999999999999999 | string',
    '0xffffffffffffffffff',
    '99999999999999999999999999999999999999999',
    "'9007199254740993' | int",
    '[9007199254740991, 2] | sum | string',
    '9_007_199_254_740_993 > 1',
    '10 ** 40',
  ].map((text) => [text, '', 'compose.x: a whole number above 2^53 would lose digits'] as const),
])('a number that cannot be kept: %s', async (text, strict, expected) => {
  expect(await said(`${strict}compose: {x: ${JSON.stringify(text)}}\n`)).toEqual([expect.stringContaining(expected)])
})

test('a number that cannot be kept is told in groups and keys, too', async () => {
  const big = 'a whole number above 2^53 would lose digits'
  expect(await said('groups: {g: "9007199254740993 > 1"}\nkeyed_groups: [{key: 9007199254740993}]\n')).toEqual([
    expect.stringContaining(`groups.g: ${big}`),
    expect.stringContaining(`key: ${big}`),
  ])
})

test('a value knows the line that composed it', async () => {
  const inventory = await load('compose:\n  x: env\n')
  expect(inventory.originOf('a', 'x')).toEqual({ file: 'c.yml', line: 3, column: 6 })
})

test('passwords stay secrets, by name and by where they come from', async () => {
  const { hosts } = await load(
    'compose: {ansible_password: "word ~ \'!\'", other: ansible_become_password, list: "[ansible_become_password]"}\n',
    'a word=tiger ansible_become_password=lion\n',
  )
  const { ansible_password: composed, other } = hosts.get('a')!.vars
  expect([composed, other].map((secret) => (secret as Secret).reveal())).toEqual(['tiger!', 'lion'])
})

test.each([
  ['compose: {x: nope}', 'give the variable to every host'],
  ['compose: {x: "1 // 0"}', 'write it otherwise, or set "strict: false"'],
  ['compose: {x: "env | from_json"}', 'write it otherwise'],
  [`compose: {x: "5 % 'a'"}`, 'write it otherwise'],
  [`compose: {x: "'a' * 2000000"}`, 'write it otherwise'],
  ['compose: {x: env | uper}', 'mptcp-fleet doc filters'],
  ['compose: {x: a b}', 'write a Jinja expression without braces'],
  [`compose: {x: "lookup('env', 'HOME')"}`, 'write the value into a variable'],
  ['use_vars_plugins: maybe', 'write it as: use_vars_plugins: false'],
])('what to do: %s', async (constructed, hint) => {
  const loaded = load(`strict: true\n${constructed}\n`, 'a env=prod\n')
  await expect(loaded).rejects.toMatchObject({ diagnostics: [{ hint: expect.stringContaining(hint) as string }] })
})

test('what looks like a template in a result is text', async () => {
  const { hosts } = await load('compose: {x: "open ~ open ~ \' y }}\'", l: "[open ~ open]"}\n', 'a open={ y=1\n')
  expect(hosts.get('a')!.vars).toMatchObject({ x: new Unsafe('{{ y }}'), l: [new Unsafe('{{')] })
})

test("hosts with equal values do not get one another's results", async () => {
  const hosts = [
    'a x=1',
    'b x="\'1\'"',
    'c x="[1]"',
    'd x="{{ y }}" y=d',
    'e x="{{ y }}" y=e',
    'f ansible_password=f x="{{ ansible_password }}"',
    'g ansible_password=g x="{{ ansible_password }}"',
    'h',
    'i x=None',
    'j x=1.0',
    'k x=1',
  ]
  const { hosts: read } = await load('compose: {z: x, t: "x is defined"}\n', `${hosts.join('\n')}\n`)
  const values = [...read.values()].map(({ vars: { z } }) => (z instanceof Secret ? `secret ${z.reveal()}` : z))
  expect(values).toEqual([1, '1', [1], 'd', 'e', 'secret f', 'secret g', undefined, null, 1, 1])
  expect([...read.values()].map(({ vars: { t } }) => t)).toEqual([
    ...Array<boolean>(7).fill(true),
    false,
    true,
    true,
    true,
  ])
})

test('ten thousand hosts', async () => {
  const hosts = Array.from({ length: 10_000 }, (_, i) => `h${i} env=${i % 3 === 0 ? 'dev' : 'prod'} n=${i}`)
  const constructed =
    'compose: {id: "env ~ n"}\ngroups: {low: n < 10}\nkeyed_groups: [{key: env, prefix: env, parent_group: envs}]\n'
  const inventory = await load(constructed, `${hosts.join('\n')}\n`)
  expect(inventory.hosts.get('h9999')?.vars['id']).toBe('dev9999')
  expect(['low', 'env_dev', 'env_prod'].map((name) => inventory.groups.get(name)?.hosts.length)).toEqual([
    10, 3334, 6666,
  ])
  expect(inventory.groups.get('envs')?.children).toEqual(['env_dev', 'env_prod'])
})
