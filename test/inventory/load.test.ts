import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import { selectHosts } from '../../src/inventory/select.ts'
import { templateVars } from '../../src/inventory/vars.ts'
import type { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { Secret } from '../../src/model/secret.ts'
import { complaints, makeFiles } from './files.ts'

const GOLDEN = 'test/cases/inventory/precedence'

interface Expected {
  hostvars: Record<string, Record<string, unknown>>
  patterns: [pattern: string, hosts: string[]][]
}

const expected = JSON.parse(readFileSync(join(GOLDEN, 'expected.json'), 'utf8')) as Expected
const golden = await loadInventory(['a/hosts.yml', 'b/more.yaml'], join(process.cwd(), GOLDEN), ['pb'])

test.each(Object.keys(expected.hostvars))('%s has the variables that Ansible gives it', (name) => {
  expect(golden.hosts.get(name)?.vars).toEqual(expected.hostvars[name])
})

test.each(expected.patterns)('%s selects what Ansible selects, in its order', (pattern, hosts) => {
  const selection = selectHosts(golden, pattern, null)
  expect(selection.diagnostics).toEqual([])
  expect(selection.hosts.map((host) => host.name)).toEqual(hosts)
})

test('groups are listed parents before children, hosts in the order of the files', () => {
  expect(golden.hosts.get('web02')?.groups).toEqual(['all', 'mid', 'top', 'prio', 'leaf', 'zeta'])
  expect([...golden.hosts.keys()].slice(0, 4)).toEqual(['solo', 'web0', 'web01', 'web02'])
  expect(golden.groups.get('leaf')).toMatchObject({
    depth: 2,
    parents: ['mid'],
    hosts: expect.arrayContaining(['web09']) as unknown,
  })
})

test('every variable knows where it was written', () => {
  expect(golden.originOf('web02', 'v_host')).toEqual({ file: 'b/host_vars/web02', line: 1, column: 9 })
  expect(golden.originOf('web01', 'pri')).toEqual({ file: 'a/hosts.yml', line: 17, column: 23 })
  expect(golden.originOf('web02', 'nope')).toBeNull()
})

test('what is ignored is said', () => {
  expect(golden.diagnostics.map((d) => d.summary)).toEqual(['mid.yml beside mid is not read'])
})

test('templates see the host, its groups and all groups', () => {
  const vars = templateVars(golden, golden.hosts.get('db-a.x')!)
  expect(vars).toMatchObject({
    inventory_hostname: 'db-a.x',
    inventory_hostname_short: 'db-a',
    group_names: ['leaf', 'mid'],
  })
  expect((vars['groups'] as Record<string, string[]>)['zeta']).toEqual(['web01', 'web02'])
})

test('passwords become secrets at once, wherever they stand', async () => {
  const dir = makeFiles({
    'hosts.yml':
      'all:\n  hosts:\n    a: {ansible_password: pw1, ansible_become_pass: "{{ other }}"}\n  vars: {ansible_ssh_pass: pw2}\n',
    'group_vars/all.yml': 'ansible_become_password: pw3\n',
  })
  const { vars } = (await loadInventory(['hosts.yml'], dir)).hosts.get('a')!
  expect(JSON.stringify(vars)).not.toMatch(/pw\d/)
  expect(vars['ansible_password']).toBeInstanceOf(Secret)
  expect(vars['ansible_become_pass']).toBe('{{ other }}')
})

test('a password that is no text is refused', async () => {
  const dir = makeFiles({ 'hosts.yml': 'all: {hosts: {a: {ansible_password: 0123}}}\n' })
  expect(await complaints(loadInventory(['hosts.yml'], dir))).toEqual([
    'hosts.yml:1:37: ansible_password: a password must be text',
  ])
})

test('the hash follows every byte that was read', async () => {
  const files = { 'h.yml': 'all: {hosts: {a: }}\n', 'group_vars/all.yml': 'x: 1\n', 'group_vars/unused.yml': 'x: 1\n' }
  const hash = async (changed: Record<string, string>): Promise<string> =>
    (await loadInventory(['h.yml'], makeFiles({ ...files, ...changed }))).hash
  const before = await hash({})
  expect(before).toMatch(/^[0-9a-f]{64}$/)
  expect(await hash({})).toBe(before)
  expect(await hash({ 'group_vars/unused.yml': 'x: 2\n' })).toBe(before)
  expect(await hash({ 'group_vars/all.yml': 'x: 2\n' })).not.toBe(before)
  expect(await hash({ 'h.yml': 'all: {hosts: {a: }} \n' })).not.toBe(before)
})

test.each<[string, string, string[]]>([
  ['no mapping', '- a\n', ['h.yml:1:1: this is no inventory: expected groups']],
  ['empty', '# nothing\n', ['h.yml:1:1: the inventory is empty']],
  ['plugin', 'plugin: aws_ec2\n', ['h.yml:1:9: the inventory plugin "aws_ec2" is not part of this program']],
  [
    'misspelt plugin',
    'plugin: contructed\n',
    ['h.yml:1:9: the inventory plugin "contructed" is not part of this program, did you mean "constructed"?'],
  ],
  ['group named plugin', 'plugin: {hosts: {a: }}\n', ['h.yml:1:9: plugin: expected the name of an inventory plugin']],
  ['misspelt section', 'web:\n  host:\n    a:\n', ['h.yml:2:3: web.host: unknown key, did you mean "hosts"?']],
  ['list of hosts', 'web:\n  hosts:\n    - a\n', ['h.yml:3:5: web.hosts: expected a mapping, got a list']],
  ['vars as text', 'web:\n  vars: x\n', ['h.yml:2:9: web.vars: expected a mapping, got "x"']],
  ['host with text', 'web: {hosts: {a: x}}\n', ['h.yml:1:18: host "a": expected a mapping, got "x"']],
  ['bad range', 'web: {hosts: {"a[3:1]": }}\n', ['h.yml:1:15: host "a[3:1]": the range [3:1] ends before it begins']],
  ['circle', 'a: {children: {b: {children: {a: }}}}\n', ['h.yml:1:31: the groups go round in a circle: a → b → a']],
  ['self', 'a: {children: {a: }}\n', ['h.yml:1:16: the groups go round in a circle: a → a']],
  ['all below', 'a: {children: {all: }}\n', ['h.yml:1:16: the groups go round in a circle: all → a → all']],
  [
    'two at once',
    'a: {host: }\nb: {var: }\n',
    ['h.yml:1:5: a.host: unknown key, did you mean "hosts"?', 'h.yml:2:5: b.var: unknown key, did you mean "vars"?'],
  ],
  [
    'vault',
    'a: {vars: {x: !vault y}}\n',
    ['h.yml:1:22: this cannot be decrypted: it does not begin with $ANSIBLE_VAULT;'],
  ],
])('%s is refused', async (_, text, expected) => {
  expect(await complaints(loadInventory(['h.yml'], makeFiles({ 'h.yml': text })))).toEqual(expected)
})

test('a host named alone may stand as text', async () => {
  const inventory = await loadInventory(['h.json'], makeFiles({ 'h.json': '{"web": {"hosts": "a", "children": "b"}}' }))
  expect([...inventory.hosts.keys()]).toEqual(['a'])
  expect(inventory.groups.get('b')?.parents).toEqual(['web'])
})

test.each<[string, Record<string, string>, string]>([
  ['gone.yml', {}, 'gone.yml:1:1: no such file'],
  ['h.ini', { 'h.ini': '[web:host]\na\n' }, 'h.ini:1:1: [web:host]: unknown kind of section, did you mean "hosts"?'],
  ['hosts', { hosts: '[web]\n  a x=1 y\n' }, 'hosts:2:9: host "a": expected NAME=VALUE, got: y'],
  ['hosts', { hosts: '[web]\na n=1j\n' }, 'hosts:2:3: n: a complex number is no value for an inventory'],
  ['hosts', { hosts: '[web]\na\n[web:vars]\n s={1,2}\n' }, 'hosts:4:2: s: a set is no value for an inventory'],
  ['hosts', { hosts: '[web:vars]\na=1\n' }, 'hosts:1:1: [web:vars] is for a group that has no section'],
  ['h.yml', { 'h.yml': '[web]\na b\n' }, 'h.yml:2:3: host "a": expected NAME=VALUE, got: b'],
  ['h.yml', { 'h.yml': 'hello\n' }, 'h.yml:1:1: this is no inventory: expected groups'],
])('-i %s', async (path, files, expected) => {
  expect(await complaints(loadInventory([path], makeFiles(files)))).toEqual([expected])
})

test('a file that is no text is told from a bad one, and all files are looked at', async () => {
  const dir = makeFiles({
    'a.yml': new Uint8Array([0x61, 0xe4]),
    'b.yml': new Uint8Array([0]),
    'c.yml': 'x: {host: }\n',
  })
  expect(await complaints(loadInventory(['a.yml', 'b.yml', 'c.yml'], dir))).toEqual([
    'a.yml:1:2: this is not UTF-8 text',
    'b.yml:1:1: this is a binary file (it has a NUL byte), not text',
    'c.yml:1:5: x.host: unknown key, did you mean "hosts"?',
  ])
})

test('files of variables must hold mappings; what is not read is told', async () => {
  const dir = makeFiles({ 'h.yml': 'all: {hosts: {a: }}\n', 'host_vars/a.yml': '- 1\n', group_vars: '' })
  expect(await complaints(loadInventory(['h.yml'], dir))).toEqual([
    'group_vars:1:1: this is no folder, so it is not read',
    'host_vars/a.yml:1:1: a file of variables must hold a mapping: name: value',
  ])
  const empty = makeFiles({ 'h.yml': 'all: {hosts: {a: }}\n', 'host_vars/a.yml': '', 'host_vars/a.json': '{"x": 1}' })
  mkdirSync(join(empty, 'group_vars/all'), { recursive: true })
  symlinkSync('nowhere', join(empty, 'group_vars/ungrouped'))
  const { diagnostics } = await loadInventory(['h.yml'], empty)
  expect(diagnostics.map(({ severity, source, summary }) => `${severity} ${source?.file}: ${summary}`)).toEqual([
    'warning group_vars/ungrouped: this link leads nowhere, so no variables are read from it',
    'warning host_vars/a.yml: a.json beside a.yml is not read',
  ])
})

test.each([
  ['hosts.toml', { 'hosts.toml': '[all.hosts.a]\n' }, 'hosts.toml:1:1: inventories in TOML are not read'],
  ['inv', { 'inv/README.md': '', 'inv/group_vars/all': 'x: 1\n' }, 'inv:1:1: there is no inventory in this folder'],
  [
    'c',
    { c: 'plugin: constructed\n' },
    'c:1:9: as in Ansible, a file that configures an inventory plugin must be named *.yml or *.yaml',
  ],
  ['run', { run: '#!/bin/sh\nwhile: [\n' }, 'run:1:1: this begins as a program does (#!), but it may not be executed'],
])('-i %s', async (path, files, expected) => {
  expect(await complaints(loadInventory([path], makeFiles(files)))).toEqual([expected])
})

test('templates can name the file that named a host first', async () => {
  const dir = makeFiles({ 'inv/a': '[web]\nh\n', 'inv/sub/b': '[web]\nh\ni inventory_dir=own\n' })
  const inventory = await loadInventory(['inv', 'j,'], dir)
  const places = [...inventory.hosts.values()].map((host) => {
    const { inventory_dir: folder, inventory_file: file } = templateVars(inventory, host)
    return [folder, file]
  })
  expect(places).toEqual([
    [join(dir, 'inv'), join(dir, 'inv/a')],
    ['own', join(dir, 'inv/sub/b')],
    [undefined, undefined],
  ])
})

test('what only Ansible reads comes with the command that makes it readable', async () => {
  const dir = makeFiles({ 'aws.yml': 'plugin: amazon.aws.aws_ec2\n', 'h.toml': '' })
  const refused = await loadInventory(['aws.yml', 'h.toml'], dir).catch((error: unknown) => error as DiagnosticsError)
  expect((refused as DiagnosticsError).diagnostics.map(({ hint }) => hint)).toEqual([
    'let Ansible run it, and give what it writes instead: ansible-inventory -i aws.yml --list > hosts.json',
    'convert it: ansible-inventory -i h.toml --list > hosts.json',
  ])
})

test('a name for a host and a group is a warning', async () => {
  const inventory = await loadInventory(['h.yml'], makeFiles({ 'h.yml': 'web: {hosts: {web: , b: }}\n' }))
  expect(inventory.diagnostics.map((d) => [d.severity, d.code])).toEqual([['warning', 'ambiguous-name']])
  expect(selectHosts(inventory, 'web', null).hosts.map((host) => host.name)).toEqual(['web'])
})

function oneHost(vars: object): string {
  return JSON.stringify({ all: { hosts: { a: vars } } })
}

test('of two inventories the later one wins, variable by variable', async () => {
  const vars = fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.nat(9))
  await fc.assert(
    fc.asyncProperty(vars, vars, async (first, second) => {
      const dir = makeFiles({ '1.json': oneHost(first), '2.json': oneHost(second) })
      const inventory = await loadInventory(['1.json', '2.json'], dir)
      expect(inventory.hosts.get('a')?.vars).toEqual({ ...first, ...second })
    }),
    { numRuns: 25 },
  )
})
