import { expect, test } from 'vitest'
import { resolveConnection } from '../../src/inventory/connection.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import type { ConnectionFlags, PlayConnection } from '../../src/inventory/types.ts'
import type { Connection } from '../../src/model/host.ts'
import { Secret } from '../../src/model/secret.ts'
import { makeFiles } from './files.ts'

const local = { cwd: '/srv/fleet', home: '/home/me', user: 'me' }
const silent: PlayConnection = { become: null, becomeUser: null, remoteUser: null, vars: {} }

async function resolve(vars: object, play: Partial<PlayConnection> = {}, flags: ConnectionFlags = {}) {
  const dir = makeFiles({ 'h.json': JSON.stringify({ all: { hosts: { web1: vars } } }) })
  const inventory = await loadInventory(['h.json'], dir)
  return resolveConnection(inventory.hosts.get('web1')!, { ...silent, ...play }, flags, inventory, local)
}

async function connection(...args: Parameters<typeof resolve>): Promise<Connection> {
  const resolved = await resolve(...args)
  if ('diagnostics' in resolved) throw new Error(resolved.diagnostics.map((d) => d.summary).join('; '))
  return resolved.connection
}

async function complaints(...args: Parameters<typeof resolve>): Promise<string[]> {
  const resolved = await resolve(...args)
  return 'diagnostics' in resolved ? resolved.diagnostics.map((d) => d.summary) : []
}

test('nothing said: the name, port 22, the user of this machine, the known_hosts of ssh, strict', async () => {
  expect(await connection({})).toEqual({
    address: 'web1',
    port: 22,
    user: 'me',
    password: null,
    privateKeyFile: null,
    become: null,
    hostKeyChecking: 'strict',
    knownHostsFiles: ['/home/me/.ssh/known_hosts', '/home/me/.ssh/known_hosts2', '/etc/ssh/ssh_known_hosts'],
  })
})

test('everything said in the inventory', async () => {
  const vars = {
    ansible_host: '192.0.2.1',
    ansible_port: 2222,
    ansible_user: 'admin',
    ansible_password: 'pw',
    ansible_ssh_private_key_file: '~/.ssh/key',
    ansible_become: true,
    ansible_become_user: 'op',
    ansible_become_password: 'sudo-pw',
    ansible_ssh_common_args: '-o UserKnownHostsFile="kh1 ~/kh2" -o StrictHostKeyChecking=no',
    ansible_connection: 'ssh',
    ansible_become_method: 'sudo',
    ansible_python_interpreter: '/usr/bin/python3',
  }
  const found = await connection(vars)
  expect(found).toMatchObject({
    address: '192.0.2.1',
    port: 2222,
    user: 'admin',
    privateKeyFile: '/home/me/.ssh/key',
    hostKeyChecking: 'off',
    knownHostsFiles: ['/srv/fleet/kh1', '/home/me/kh2', '/etc/ssh/ssh_known_hosts'],
  })
  expect([found.password?.reveal(), found.become?.user, found.become?.password?.reveal()]).toEqual([
    'pw',
    'op',
    'sudo-pw',
  ])
})

test('inventory over play keywords over flags, and vars of the play over all', async () => {
  const play = { remoteUser: 'play', become: true, becomeUser: 'play-op' }
  const flags = { user: 'flag', become: false, becomeUser: 'flag-op', privateKeyFile: 'k', password: new Secret('f') }
  expect((await connection({}, {}, flags)).user).toBe('flag')
  expect((await connection({}, {}, flags)).privateKeyFile).toBe('/srv/fleet/k')
  expect((await connection({}, {}, flags)).password?.reveal()).toBe('f')
  expect((await connection({}, play, flags)).user).toBe('play')
  expect((await connection({}, play, flags)).become?.user).toBe('play-op')
  expect((await connection({ ansible_user: 'inv' }, play, flags)).user).toBe('inv')
  expect((await connection({ ansible_become: 'no' }, play, flags)).become).toBeNull()
  expect((await connection({ ansible_user: 'inv' }, { ...play, vars: { ansible_user: 'vars' } }, flags)).user).toBe(
    'vars',
  )
  expect((await connection({}, {}, { become: true, becomePassword: new Secret('K') })).become?.password?.reveal()).toBe(
    'K',
  )
})

test('aliases count, the last one that is set', async () => {
  expect((await connection({ ansible_ssh_host: 'b', ansible_ssh_port: '23', ansible_ssh_user: 'u' })).address).toBe('b')
  expect((await connection({ ansible_host: 'a', ansible_ssh_host: 'b' })).address).toBe('b')
})

test('values may hold templates, and one secret may stand for another', async () => {
  const found = await connection({
    ansible_host: '{{ inventory_hostname }}.{{ zone }}',
    zone: 'example.com',
    ansible_port: '{{ base + 1 }}',
    base: 2000,
    ansible_password: 'pw',
    ansible_become: '{{ group_names | length > 0 }}',
    ansible_become_password: '{{ ansible_password }}',
  })
  expect(found).toMatchObject({ address: 'web1.example.com', port: 2001 })
  expect(found.become?.password?.reveal()).toBe('pw')
})

test.each<[Record<string, unknown>, string]>([
  [{ ansible_hots: 'x' }, 'ansible_hots: this connection variable is not supported, did you mean "ansible_host"?'],
  [{ ansible_ssh_extra_args: '-v' }, 'ansible_ssh_extra_args: this connection variable is not supported'],
  [{ ansible_connection: 'local' }, 'ansible_connection: text "local" is not supported yet in this version'],
  [{ ansible_become_method: 'su' }, 'ansible_become_method: text "su" is not supported yet in this version'],
  [{ ansible_port: 'x' }, 'ansible_port: expected a port (1 to 65535), got text "x"'],
  [{ ansible_port: 0 }, 'ansible_port: expected a port (1 to 65535), got the number 0'],
  [{ ansible_become: 'perhaps' }, 'ansible_become: expected yes or no, got text "perhaps"'],
  [{ ansible_host: '' }, 'ansible_host: is empty'],
  [{ ansible_host: ['a'] }, 'ansible_host: expected text, got a list'],
  [{ ansible_host: '{{ nope }}' }, 'ansible_host: the variable "nope" is not defined'],
  [{ ansible_ssh_common_args: '-o ProxyJump=x' }, 'ansible_ssh_common_args: the option ProxyJump is not supported'],
])('%j is refused', async (vars, message) => {
  expect((await complaints(vars))[0]).toContain(message)
})

test('all that is wrong is said, with the place, and no password is shown', async () => {
  const resolved = await resolve({
    ansible_port: 'x',
    ansible_foo_bar_baz: 1,
    ansible_password: 'pw',
    ansible_host: '{{ ansible_password }}',
  })
  const diagnostics = 'diagnostics' in resolved ? resolved.diagnostics : []
  expect(diagnostics).toHaveLength(3)
  expect(diagnostics.every((d) => d.source?.file === 'h.json' && d.detail === 'for host web1')).toBe(true)
  expect(JSON.stringify(diagnostics)).not.toContain('"pw"')
})

test('variables of the play have their own place', async () => {
  const source = { file: 'p.yml', line: 4, column: 5 }
  const resolved = await resolve({}, { vars: { ansible_port: 'x' }, originOf: () => source })
  expect('diagnostics' in resolved && resolved.diagnostics[0]?.source).toBe(source)
})
