/** Inventory scripts: what becomes of what they print, and what is said where they fail. */
import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import type { Inventory } from '../../src/inventory/types.ts'
import { Secret } from '../../src/model/secret.ts'
import { Unsafe } from '../../src/model/unsafe.ts'
import { complaints, makeFiles } from './files.ts'

function folderWith(script: string): string {
  const dir = makeFiles({ hosts: `#!/bin/sh\n${script}\n` })
  chmodSync(join(dir, 'hosts'), 0o755)
  return dir
}

async function load(script: string, env?: Record<string, string>): Promise<Inventory> {
  return await loadInventory(['hosts'], folderWith(script), [], undefined, env)
}

const print = (json: object): string => `cat <<'END'\n${JSON.stringify(json)}\nEND`

test('what it prints is never a template, and passwords are secrets whatever is in them', async () => {
  const vars = { plain: 'x', braces: '{{ y }}', deep: [{ k: '{% z %}' }], ansible_password: 'a{{b' }
  const { hosts, originOf } = await load(
    print({ web: { hosts: ['a'], vars: { g: '{# c' } }, _meta: { hostvars: { a: vars } } }),
  )
  const { ansible_password: password, ...others } = hosts.get('a')!.vars
  expect(others).toEqual({
    plain: 'x',
    braces: new Unsafe('{{ y }}'),
    deep: [{ k: new Unsafe('{% z %}') }],
    g: new Unsafe('{# c'),
  })
  expect(password).toBeInstanceOf(Secret)
  expect((password as Secret).reveal()).toBe('a{{b')
  expect(originOf('a', 'plain')).toEqual({ file: 'hosts', line: 1, column: 1 })
})

test('it gets the environment that it is given and no other', async () => {
  const script =
    'printf \'{"a": {"vars": {"got": "%s"}}, "_meta": {"hostvars": {}}}\' "$(env | grep -c "^TOKEN=x\\|^ANSIBLE_BECOME_PASS")"'
  process.env['ANSIBLE_BECOME_PASS'] = 'secret'
  try {
    expect((await load(script, { PATH: '/usr/bin:/bin', TOKEN: 'x' })).groups.get('a')?.vars).toEqual({ got: '1' })
    expect((await load(script)).groups.get('a')?.vars).toEqual({ got: '0' })
  } finally {
    delete process.env['ANSIBLE_BECOME_PASS']
  }
})

test('each host is asked for, in any number at a time, and answers are not mixed up', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `h${i}`)
  const slow = 'case $2 in *0) sleep 0.2;; esac; echo "{\\"me\\": \\"$2\\"}"'
  const { hosts } = await load(`if [ $1 = --list ]; then ${print({ web: names })}\nelse ${slow}; fi`)
  expect([...hosts.values()].map(({ name, vars }) => [name, vars['me']])).toEqual(names.map((name) => [name, name]))
})

test('what it says beside its answer is a warning', async () => {
  const { diagnostics } = await load(`echo token expires soon >&2; ${print({ a: ['b'], _meta: { hostvars: {} } })}`)
  expect(diagnostics.map(({ severity, summary }) => [severity, summary])).toEqual([
    ['warning', 'the inventory script with --list said: token expires soon'],
  ])
})

test('the hash of the inventory is that of what it prints, too', async () => {
  const dir = folderWith('cat data')
  const hashOf = async (json: object): Promise<string> => {
    const { writeFileSync } = await import('node:fs')
    writeFileSync(join(dir, 'data'), JSON.stringify(json))
    return (await loadInventory(['hosts'], dir)).hash
  }
  const [first, second, again] = [
    await hashOf({ a: ['b'], _meta: { hostvars: {} } }),
    await hashOf({ _meta: { hostvars: {} } }),
    await hashOf({ a: ['b'], _meta: { hostvars: {} } }),
  ]
  expect(first).toBe(again)
  expect(first).not.toBe(second)
})

test('text that is no program is not run, whatever a shell would make of it', async () => {
  const dir = makeFiles({ hosts: 'touch\n[web]\na\n', 'hosts.yml': 'touch: {vars: {ran: "$(touch ran)"}}\n' })
  chmodSync(join(dir, 'hosts'), 0o755)
  chmodSync(join(dir, 'hosts.yml'), 0o755)
  const { hosts } = await loadInventory(['hosts', 'hosts.yml'], dir)
  expect([...hosts.keys()]).toEqual(['touch', 'a'])
  expect(existsSync(join(dir, 'ran'))).toBe(false)
})

const listed = 'the inventory script with --list'

test.each<[string, string, string]>([
  ['fails', 'echo "no credentials" >&2; exit 2', `${listed}: it ended with 2`],
  ['prints no JSON', 'echo "web: [a]"', `${listed} printed no JSON: Unexpected token`],
  ['prints nothing', ':', `${listed} printed no JSON: Unexpected end of JSON input`],
  ['prints a list', 'echo "[1]"', `${listed} printed JSON that is no object`],
  [
    'prints deep JSON',
    `printf '{"a":%s1%s}' $(printf '[%.0s' $(seq 5000)) $(printf ']%.0s' $(seq 5000))`,
    `${listed} printed JSON that is nested too deeply`,
  ],
  ['prints other text', 'printf \'{"\\351": 1}\'', `${listed} printed something that is not UTF-8`],
  ['names hosts in text', print({ web: { hosts: 'a' } }), 'web.hosts: expected a list of names'],
  ['names a host with a number', print({ web: [1] }), 'web.hosts: expected a list of names'],
  ['has children in text', print({ web: { children: 'db' } }), 'web.children: expected a list of names'],
  ['has a list of variables', print({ web: { vars: [] } }), 'web.vars: expected an object'],
  [
    'has a host without variables',
    print({ web: ['a'], _meta: { hostvars: { a: null } } }),
    '_meta.hostvars: the variables of "a" must be an object',
  ],
  ['has hostvars in a list', print({ web: ['a'], _meta: { hostvars: [] } }), '_meta.hostvars: expected an object'],
  [
    'has a damaged value of a vault',
    print({ web: ['a'], _meta: { hostvars: { a: { v: { __ansible_vault: '$ANSIBLE_VAULT;1.1;AES256\n6162' } } } } }),
    'v of host a: this cannot be decrypted',
  ],
  ['has too large a number', `echo '{"web": {"vars": {"x": [1e400]}}}'`, 'x of group web: a number is too large'],
  [
    'has one for a host',
    `[ $1 = --list ] && echo '{"web": ["a"]}' || echo '{"x": -1e400}'`,
    'x of host a: a number is',
  ],
  ['has a group without a name', print({ '': ['a'], _meta: { hostvars: {} } }), 'a group needs a name'],
  [
    'has a password that is a number',
    print({ web: { vars: { ansible_password: 1 } }, _meta: { hostvars: {} } }),
    'ansible_password: a password must be text',
  ],
  [
    'has groups in a circle',
    print({ a: { children: ['a'] }, _meta: { hostvars: {} } }),
    'the groups go round in a circle: a → a',
  ],
  [
    'fails for a host',
    'if [ $1 = --list ]; then echo \'{"web": ["h1"]}\'; else exit 1; fi',
    'the inventory script with --host h1: it ended with 1',
  ],
])('one that %s is refused', async (_, script, expected) => {
  const [first = ''] = await complaints(load(script))
  expect(first).toContain(`hosts:1:1: ${expected}`)
})
