import { expect, test } from 'vitest'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { resolveConnection } from '../../src/inventory/connection.ts'
import type { LocalDefaults } from '../../src/inventory/local-defaults.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { hostNamed } from '../../src/inventory/select.ts'
import type { ConnectionFlags, PlayConnection } from '../../src/inventory/types.ts'
import type { Connection } from '../../src/model/host.ts'
import { Secret } from '../../src/model/secret.ts'
import { sshSettings } from '../support/ssh-settings.ts'
import { makeFiles } from './files.ts'

const local: LocalDefaults = {
  cwd: '/srv/fleet',
  home: '/home/me',
  user: 'me',
  uid: 1000,
  hostName: 'controller.example',
  env: {},
  homeOf: () => null,
  systemFolder: '/nonexistent',
}
const silent: PlayConnection = { become: null, becomeUser: null, remoteUser: null, vars: {} }

/** With these files below the home directory `/HOME` stands for and the folder of the system, `/SYSTEM`. */
function localWith(files: Record<string, string>): LocalDefaults {
  const dir = makeFiles(files)
  for (const name of Object.keys(files)) chmodSync(join(dir, name), 0o600)
  return { ...local, home: join(dir, 'home'), systemFolder: join(dir, 'etc'), cwd: dir, uid: process.getuid!() }
}

async function resolve(
  vars: object,
  play: Partial<PlayConnection> = {},
  flags: ConnectionFlags = {},
  defaults: LocalDefaults = local,
) {
  const dir = makeFiles({ 'h.json': JSON.stringify({ all: { hosts: { web1: vars } } }) })
  const inventory = await loadInventory(['h.json'], dir)
  return resolveConnection(inventory.hosts.get('web1')!, { ...silent, ...play }, flags, inventory, defaults)
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

test('nothing said: the name, port 22, the user of this machine, the keys and known_hosts of ssh', async () => {
  expect(await connection({})).toEqual({
    address: 'web1',
    port: 22,
    user: 'me',
    password: null,
    privateKeyFile: null,
    become: null,
    ssh: sshSettings({
      hostKeyChecking: 'ask',
      identityFiles: ['/home/me/.ssh/id_rsa', '/home/me/.ssh/id_ecdsa', '/home/me/.ssh/id_ed25519'],
      userKnownHostsFiles: ['/home/me/.ssh/known_hosts', '/home/me/.ssh/known_hosts2'],
      globalKnownHostsFiles: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
    }),
    jumps: [],
    openssh: null,
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
    ssh: {
      hostKeyChecking: 'off',
      identityFiles: [],
      userKnownHostsFiles: ['/srv/fleet/kh1', '/home/me/kh2'],
    },
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

test.each([
  [undefined, 'sudo'],
  ['sudo', 'sudo'],
  ['ansible.builtin.sudo', 'sudo'],
  ['doas', 'doas'],
  ['community.general.doas', 'doas'],
])('ansible_become_method %s is %s', async (ansible_become_method, method) => {
  const vars = { ansible_become: true, ...(ansible_become_method === undefined ? {} : { ansible_become_method }) }
  expect((await connection(vars)).become?.method).toBe(method)
})

test.each<[Record<string, unknown>, string]>([
  [{ ansible_hots: 'x' }, 'ansible_hots: this connection variable is not supported, did you mean "ansible_host"?'],
  [{ ansible_ssh_extra_args: '-N' }, 'ansible_ssh_extra_args: -N is not supported'],
  [{ mptcp_fleet_transport: 'x' }, 'mptcp_fleet_transport: text "x" is not supported yet in this version'],
  [{ ansible_ssh_timeout: 'x' }, 'ansible_ssh_timeout: expected a number of seconds, got text "x"'],
  [{ ansible_connection: 'winrm' }, 'ansible_connection: text "winrm" is not supported yet in this version'],
  [
    { ansible_become_method: 'su' },
    'ansible_become_method: su is not supported: privileges are raised by sudo or doas',
  ],
  [{ ansible_become_method: 'ansible.builtin.su' }, 'ansible_become_method: su is not supported: privileges'],
  [{ ansible_become_method: 'pbrun' }, 'ansible_become_method: text "pbrun" is not supported yet in this version'],
  [{ ansible_port: 'x' }, 'ansible_port: expected a port (1 to 65535), got text "x"'],
  [{ ansible_port: 0 }, 'ansible_port: expected a port (1 to 65535), got the number 0'],
  [{ ansible_become: 'perhaps' }, 'ansible_become: expected yes or no, got text "perhaps"'],
  [{ ansible_host: '' }, 'ansible_host: is empty'],
  [{ ansible_host: ['a'] }, 'ansible_host: expected text, got a list'],
  [{ ansible_host: '{{ nope }}' }, 'ansible_host: the variable "nope" is not defined'],
  [
    { ansible_ssh_common_args: '-o ProxyCommand=x', mptcp_fleet_transport: 'ssh2' },
    'ssh_config: proxycommand is not supported',
  ],
  [{ ansible_ssh_common_args: '-o Prot=x' }, 'ssh_config: ssh knows no keyword prot'],
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

test("ssh's configuration is held against ansible_host, and is weaker than what variables and flags say", async () => {
  const defaults = localWith({
    'home/.ssh/config': `Host 192.0.2.7
  HostName gw-%h.example
  User opc
  Port 2022
  IdentityFile ~/.ssh/fleet
Host web1
  User byname
`,
    'etc/ssh_config': 'Host *\n  Port 22022\n  ServerAliveInterval 1m\n',
  })
  const vars = { ansible_host: '192.0.2.7' }
  expect(await connection(vars, {}, {}, defaults)).toMatchObject({
    address: 'gw-192.0.2.7.example',
    user: 'opc',
    port: 2022,
    ssh: { identityFiles: [join(defaults.home, '.ssh/fleet')], serverAliveInterval: 60 },
  })
  expect(await connection({}, {}, {}, defaults)).toMatchObject({ address: 'web1', user: 'byname', port: 22_022 })
  expect(await connection({ ...vars, ansible_user: 'u', ansible_port: 1 }, {}, {}, defaults)).toMatchObject({
    address: 'gw-192.0.2.7.example',
    user: 'u',
    port: 1,
  })
  expect((await connection(vars, { remoteUser: 'play' }, {}, defaults)).user).toBe('play')
  expect((await connection(vars, {}, { user: 'flag' }, defaults)).user).toBe('flag')
})

test('arguments of ssh count before and after variables as Ansible gives them', async () => {
  const vars = {
    ansible_user: 'u',
    ansible_ssh_args: '-C -o ControlMaster=auto -o ControlPersist=60s -o User=first',
    ansible_ssh_common_args: '-p 2200 -o User=after -o ConnectTimeout=7',
    ansible_ssh_extra_args: '-o ConnectTimeout=8 -i ~/k',
  }
  const found = await connection(vars)
  expect(found).toMatchObject({ user: 'first', port: 2200, ssh: { connectTimeout: 7, identityFiles: ['/home/me/k'] } })
  const checked = {
    ansible_host_key_checking: false,
    ansible_ssh_timeout: 5,
    ansible_ssh_common_args: '-o ConnectTimeout=7',
  }
  expect((await connection(checked)).ssh).toMatchObject({ hostKeyChecking: 'off', connectTimeout: 5 })
})

test('-F and --ssh-config name the one file that is read, none for no file', async () => {
  const defaults = localWith({
    'home/.ssh/config': 'User mine\n',
    'etc/ssh_config': 'Port 5\n',
    other: 'User other\n',
    third: 'User third\n',
  })
  expect(await connection({}, {}, {}, defaults)).toMatchObject({ user: 'mine', port: 5 })
  expect(await connection({}, {}, { sshConfig: 'none' }, defaults)).toMatchObject({ user: 'me', port: 22 })
  expect(await connection({}, {}, { sshConfig: 'other' }, defaults)).toMatchObject({ user: 'other', port: 22 })
  const vars = { ansible_ssh_args: '-F third' }
  expect(await connection(vars, {}, { sshConfig: 'other' }, defaults)).toMatchObject({ user: 'third', port: 22 })
  expect(await complaints({}, {}, { sshConfig: 'absent' }, defaults)).toEqual([
    'ssh_config: this configuration of ssh cannot be read',
  ])
})

test('jump hosts come with their own settings, in the order of the way, and are shared', async () => {
  const defaults = localWith({
    'home/.ssh/config': `Host bastion
  HostName 192.0.2.1
  User jump
  ProxyJump outer:2200
Host web1
  ProxyJump admin@middle,bastion
`,
  })
  const { jumps } = await connection({}, {}, {}, defaults)
  // As ssh does it: -J middle for bastion leaves its own ProxyJump out.
  expect(jumps.map((jump) => [jump.user, jump.address, jump.port])).toEqual([
    ['admin', 'middle', 22],
    ['jump', '192.0.2.1', 22],
  ])
  const direct = await connection({ ansible_ssh_args: '-J bastion', ansible_user: 'u' }, {}, {}, defaults)
  expect(direct.jumps.map((jump) => [jump.user, jump.address, jump.port])).toEqual([
    ['me', 'outer', 2200],
    ['jump', '192.0.2.1', 22],
  ])
  const again = await connection({ ansible_ssh_args: '-J bastion', ansible_host: 'other' }, {}, {}, defaults)
  expect(again.jumps[1]).toBe(direct.jumps[1])
})

test('a chain of jump hosts that comes round is refused', async () => {
  const defaults = localWith({ 'home/.ssh/config': 'Host a\n ProxyJump b\nHost b web1\n ProxyJump a\n' })
  expect(await complaints({}, {}, {}, defaults)).toEqual(['ssh_config: ProxyJump comes round to me@a:22 again'])
})

test('what we lack is refused with its place, and names the way out', async () => {
  const defaults = localWith({ 'home/.ssh/config': 'Host web1\n  ProxyCommand nc %h %p\n  Port 3\n' })
  const resolved = await resolve({}, {}, {}, defaults)
  expect(resolved).toMatchObject({
    diagnostics: [
      {
        code: 'unsupported-ssh-config',
        summary: 'ssh_config: proxycommand is not supported',
        hint: expect.stringContaining('transport: openssh'),
        detail: 'for host web1',
        source: { file: join(defaults.home, '.ssh/config'), line: 2, column: 3 },
      },
    ],
  })
  expect(await connection({ ansible_host: 'elsewhere' }, {}, {}, defaults)).toMatchObject({ address: 'elsewhere' })
  const vars = { mptcp_fleet_transport: 'openssh', ansible_port: 7, ansible_ssh_args: '-o ProxyCommand=nc' }
  const openssh = await connection(vars, {}, {}, defaults)
  expect(openssh.openssh).toEqual(['-o', 'ProxyCommand=nc', '-o', 'Port=7', '--', 'web1'])
})

test("which hosts lead to one is known also where OpenSSH's client makes the connection", async () => {
  const config = 'Host web1\n HostName 192.0.2.7\n ProxyJump bastion\nHost bastion\n HostName 192.0.2.1\n Port 2222\n'
  const defaults = localWith({ 'home/.ssh/config': config })
  const made = await connection({ mptcp_fleet_transport: 'openssh' }, {}, {}, defaults)
  expect([made.address, made.place, made.jumps.map(({ address, port }) => [address, port])]).toEqual([
    'web1',
    { address: '192.0.2.7', port: 22 },
    [['192.0.2.1', 2222]],
  ])
})

test('a file that others may write is refused, as ssh does', async () => {
  const defaults = localWith({ 'home/.ssh/config': 'User x\n' })
  chmodSync(join(defaults.home, '.ssh/config'), 0o620)
  expect((await complaints({}, {}, {}, defaults))[0]).toContain('bad owner or permissions')
})

test('hosts share their settings where nothing in them depends on the host', async () => {
  const defaults = localWith({ 'home/.ssh/config': 'Host b\n IdentityFile ~/%h\nHost *\n HashKnownHosts yes\n' })
  const [one, two, other] = await Promise.all(
    ['a1', 'a2', 'b'].map((ansible_host, nr) => connection({ ansible_host, ansible_port: 22 + nr }, {}, {}, defaults)),
  )
  expect(two!.ssh).toBe(one!.ssh)
  expect(other!.ssh).toMatchObject({ hashKnownHosts: true, identityFiles: [join(defaults.home, 'b')] })
})

test('this machine needs no SSH, and is known by its own name and user, whatever is said of SSH', async () => {
  const here = { address: 'controller.example', user: 'me', local: true, openssh: null, jumps: [] }
  const vars = { ansible_connection: 'local', ansible_host: '192.0.2.1', ansible_user: 'opc', ansible_password: 'pw' }
  const flags = { user: 'flag', password: new Secret('f'), privateKeyFile: 'k' }
  const found = await connection(vars, { remoteUser: 'play' }, flags)
  expect(found).toMatchObject({ ...here, password: null, privateKeyFile: null, become: null })
  expect(await connection({ ...vars, mptcp_fleet_transport: 'openssh' })).toMatchObject(here)
  const raised = await connection({ ...vars, ansible_become: true, ansible_become_password: 'sudo-pw' })
  expect([raised.become?.user, raised.become?.password?.reveal()]).toEqual(['root', 'sudo-pw'])
})

test("which of Ansible's plugins connects: variables over the keyword of the play", async () => {
  const isLocal = async (...args: Parameters<typeof connection>) => (await connection(...args)).local === true
  expect(await isLocal({ ansible_connection: 'ansible.builtin.local' })).toBe(true)
  expect(await isLocal({}, { connection: 'local' })).toBe(true)
  expect(await isLocal({ ansible_connection: 'smart' }, { connection: 'local' })).toBe(false)
  expect(await isLocal({}, { connection: 'local', vars: { ansible_connection: 'ssh' } })).toBe(false)
})

test('a name for this machine that no inventory has means it, with the variables of all', async () => {
  const dir = makeFiles({ 'h.yml': 'all: { hosts: { a: }, vars: { ansible_become: true, ansible_user: opc } }\n' })
  const inventory = await loadInventory(['h.yml'], dir)
  const found = hostNamed(inventory, '127.0.0.1')!
  const resolved = resolveConnection(found, silent, {}, inventory, local)
  expect(resolved).toMatchObject({ connection: { local: true, user: 'me', become: { user: 'root' } } })
  expect(hostNamed(inventory, 'b')).toBeUndefined()
})
