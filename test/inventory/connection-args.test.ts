/** Arguments of ssh in variables and settings: what becomes a jump, what OpenSSH's own client has to do, what is refused. */
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { resolveConnection } from '../../src/inventory/connection.ts'
import { becomeNames, isHarmless, READ_NAMES, refusalReason } from '../../src/inventory/connection-names.ts'
import * as names from '../../src/inventory/connection-names.ts'
import { localDefaults } from '../../src/inventory/local-defaults.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { jumpOfProxyCommand } from '../../src/inventory/proxy-command.ts'
import type { ConnectionFlags } from '../../src/inventory/types.ts'
import { makeFiles } from './files.ts'
import { hasAnsible, skipped } from './referee.ts'

const silent = { become: null, becomeUser: null, remoteUser: null, vars: {} }

async function resolve(vars: object, flags: ConnectionFlags = {}) {
  const dir = makeFiles({ 'h.json': JSON.stringify({ all: { hosts: { web1: vars } } }) })
  const inventory = await loadInventory(['h.json'], dir)
  const given = { sshConfig: 'none', ...flags }
  return resolveConnection(inventory.hosts.get('web1')!, silent, given, inventory, localDefaults())
}

async function resolved(...args: Parameters<typeof resolve>) {
  const found = await resolve(...args)
  if ('diagnostics' in found) throw new Error(found.diagnostics.map((d) => d.summary).join('; '))
  return found
}

async function complaints(...args: Parameters<typeof resolve>): Promise<string[]> {
  const found = await resolve(...args)
  return 'diagnostics' in found ? found.diagnostics.map((d) => d.summary) : []
}

const BASTION = 'ocid1.bastionsession.oc1.iad.aaaa@host.bastion.us-ashburn-1.oci.oraclecloud.com'

describe('ProxyCommand ssh -W', () => {
  test("OCI Bastion's form becomes a jump with its own key, port and options", async () => {
    const command = `ssh -i /keys/b -o StrictHostKeyChecking=accept-new -W %h:%p -p 2222 ${BASTION}`
    const vars = { ansible_host: '10.0.0.5', ansible_ssh_common_args: `-o ProxyCommand="${command}" -i /keys/t` }
    const { connection, notices } = await resolved(vars)
    expect(notices).toEqual([])
    expect(connection).toMatchObject({ openssh: null, address: '10.0.0.5', ssh: { identityFiles: ['/keys/t'] } })
    expect(connection.jumps).toMatchObject([
      {
        user: 'ocid1.bastionsession.oc1.iad.aaaa',
        address: 'host.bastion.us-ashburn-1.oci.oraclecloud.com',
        port: 2222,
        ssh: { identityFiles: ['/keys/b'], hostKeyChecking: 'accept-new' },
      },
    ])
  })

  test('hosts with other options of one jump host do not share it', async () => {
    const at = async (key: string) =>
      (await resolved({ ansible_ssh_args: `-o ProxyCommand="ssh -i /k/${key} -W %h:%p b"` })).connection.jumps[0]
    expect((await at('1'))?.ssh.identityFiles).toEqual(['/k/1'])
    expect((await at('2'))?.ssh.identityFiles).toEqual(['/k/2'])
  })

  test.each([
    ['ssh -W %h:%p b', { host: 'b', user: null }],
    ['ssh -q -W %h:%p b', { host: 'b', user: null }],
    ['exec ssh -W%h:%p b', { host: 'b', user: null }],
    ['/usr/bin/ssh b -W [%h]:%p', { host: 'b', user: null }],
    ['ssh -W %h:%p a@c@b', { host: 'b', user: 'a@c' }],
    ['ssh -W %h:%p %r@b', { host: 'b', user: '%r' }],
    ["ssh -i 'my key' -W %h:%p b", { host: 'b', user: null }],
  ])('%s is a jump', (command, jump) => {
    expect(jumpOfProxyCommand(command, null)).toMatchObject(jump)
  })

  test.each([
    'nc %h %p',
    'ssh b nc %h %p',
    'ssh -W %h:22 b',
    'ssh -W other:%p b',
    'ssh -W %h:%p',
    'ssh -W %h:%p b true',
    'ssh -F other -W %h:%p b',
    'ssh -W %h:%p -o ProxyCommand=x b',
    'ssh -l u -W %h:%p v@b',
    'ssh -i keys/%h -W %h:%p b',
    'ssh -i $HOME/k -W %h:%p b',
    'ssh -W %h:%p b; true',
    'ssh -W %h:%p `b`',
    'ssh -W %h:%p ssh://b',
    'ssh -W %h:%p "b',
    '/opt/ssh -W %h:%p b',
    'ssh -Z -W %h:%p b',
    'ssh -W %h:%p @b',
  ])('%s is none', (command) => {
    expect(jumpOfProxyCommand(command, null)).toBeNull()
  })
})

describe('what only OpenSSH can do', () => {
  test.each([
    '-o ProxyCommand="nc %h %p"',
    '-o CertificateFile=/c',
    '-F /cfg -o ProxyCommand="ssh -W %h:%p b"',
    '-o GSSAPIAuthentication=yes',
    '-K',
    '-o "PKCS11Provider /lib/p.so"',
    '-I /lib/p.so',
    '-o ProxyCommand="ssh -K -W %h:%p b"',
  ])('%s selects its client, with one notice', async (args) => {
    const { connection, notices } = await resolved({ ansible_ssh_extra_args: args, ansible_port: 7 })
    expect(connection.openssh).toContain('Port=7')
    expect(notices).toMatchObject([
      { severity: 'warning', code: 'openssh-transport', detail: '', source: { file: 'h.json', line: 1 } },
    ])
  })

  test('what is switched off selects nothing', async () => {
    const args = '-o GSSAPIAuthentication=no -o PKCS11Provider=none -k'
    expect(await resolved({ ansible_ssh_extra_args: args })).toMatchObject({
      connection: { openssh: null },
      notices: [],
    })
  })

  test('also where the arguments come from a setting, and not where a person said which transport', async () => {
    const { connection, notices } = await resolved({}, { sshCommonArgs: '-o CertificateFile=/c' })
    expect([connection.openssh?.[1], notices[0]?.source]).toEqual(['CertificateFile=/c', null])
    const vars = { mptcp_fleet_transport: 'openssh', ansible_ssh_args: '-o CertificateFile=/c' }
    expect((await resolved(vars)).notices).toEqual([])
  })
})

describe('settings', () => {
  test('are weaker than variables, one by one', async () => {
    const flags = {
      ...{
        port: 1,
        user: 'cfg',
        timeout: 2,
        hostKeyChecking: false,
        sshArgs: '-o User=first -o ServerAliveInterval=9',
      },
      ...{ become: true, becomeUser: 'op', becomeMethod: 'doas' },
    }
    const weak = (await resolved({}, flags)).connection
    expect(weak).toMatchObject({ port: 1, user: 'first', become: { method: 'doas', user: 'op' } })
    expect(weak.ssh).toMatchObject({ connectTimeout: 2, hostKeyChecking: 'off', serverAliveInterval: 9 })
    const vars = {
      ...{ ansible_port: 3, ansible_user: 'var', ansible_ssh_timeout: 4, ansible_host_key_checking: true },
      ...{ ansible_ssh_args: '', ansible_become_method: 'sudo', ansible_become_user: 'root' },
    }
    const strong = (await resolved(vars, flags)).connection
    expect(strong).toMatchObject({ port: 3, user: 'var', become: { method: 'sudo', user: 'root' } })
    expect(strong.ssh).toMatchObject({ connectTimeout: 4, hostKeyChecking: 'ask', serverAliveInterval: null })
  })
})

describe('become', () => {
  test('each method has aliases of its own, the last one counts', async () => {
    const vars = { ansible_become: true, ansible_become_user: 'a', ansible_sudo_user: 'b', ansible_doas_user: 'c' }
    expect((await resolved(vars)).connection.become?.user).toBe('b')
    expect((await resolved({ ...vars, ansible_become_method: 'doas' })).connection.become?.user).toBe('c')
    const passwords = { ansible_become_pass: 'one', ansible_sudo_pass: 'two', ansible_doas_pass: 'three' }
    expect((await resolved({ ...vars, ...passwords })).connection.become?.password?.reveal()).toBe('two')
  })

  test.each([
    [{ ansible_become_flags: '-H -S -n' }, []],
    [{ ansible_become_exe: 'sudo' }, []],
    [{ ansible_become_flags: '-i' }, ['ansible_become_flags: -i is not passed on to sudo']],
    [
      { ansible_sudo_exe: '/opt/sudo' },
      ['ansible_sudo_exe: only sudo itself is run, as the PATH of the login user finds it'],
    ],
    [
      { ansible_become_method: 'su' },
      ['ansible_become_method: su is not supported: privileges are raised by sudo or doas'],
    ],
  ])('%j', async (vars, expected) => {
    expect(await complaints(vars)).toEqual(expected)
  })
})

describe('names that begin with a dash', () => {
  test.each([
    [{ ansible_user: '-oProxyCommand=x' }, 'the name of a user begins with "-": -oProxyCommand=x'],
    [{ ansible_user: '-x', mptcp_fleet_transport: 'openssh' }, 'the name of a user begins with "-": -x'],
    [{ ansible_ssh_args: '-l -x', mptcp_fleet_transport: 'openssh' }, 'the name of a user begins with "-": -x'],
    [{ ansible_ssh_args: '-J -x@b' }, 'the name of a user begins with "-": -x'],
    [{ ansible_host: '-x' }, 'the name of a host begins with "-": -x'],
  ])('%j is refused', async (vars, expected) => {
    expect(await complaints(vars)).toContain(expected)
  })
})

test.each(['ansible_ssh_executable', 'ansible_sftp_executable', 'ansible_ssh_pkcs11_provider'])(
  '%s is never taken from variables',
  async (name) => {
    expect(await complaints({ [name]: '/tmp/x' })).toEqual([
      `${name}: it names a program or library of this machine, which is never taken from variables`,
    ])
  },
)

describe.runIf(hasAnsible)(`Ansible's own variables${skipped}`, () => {
  const script = `
import json
from ansible import constants as C
from ansible.plugins.loader import connection_loader, become_loader, shell_loader
connection_loader.get('ssh', class_only=True); connection_loader.get('paramiko_ssh', class_only=True); become_loader.get('sudo'); become_loader.get('su'); shell_loader.get('sh')
defs = {f'{kind}.{name}': {option: [v['name'] for v in d.get('vars') or []]
  for option, d in C.config.get_configuration_definitions(kind, name).items()}
  for kind, name in [('connection', 'ssh'), ('connection', 'paramiko_ssh'), ('become', 'sudo'), ('become', 'su'), ('shell', 'sh')]}
base = [v['name'] for d in C.config.get_configuration_definitions().values() for v in d.get('vars') or []]
print(json.dumps({'plugins': defs, 'base': base, 'magic': [n for v in C.MAGIC_VARIABLE_MAPPING.values() for n in v]}))`
  const asked = hasAnsible ? spawnSync('/usr/bin/python3', ['-c', script], { encoding: 'utf8' }).stdout : '{}'
  const { plugins, base, magic } = JSON.parse(asked) as {
    plugins: Record<string, Record<string, string[]>>
    base: string[]
    magic: string[]
  }

  test('are each read, refused with a reason, or known to do no harm', () => {
    const all = [...Object.values(plugins).flatMap((options) => Object.values(options).flat()), ...base, ...magic]
    const own = all.filter((name) => name.startsWith('ansible_') && !/docker|_win_/.test(name))
    const unknown = own.filter(
      (name) => !READ_NAMES.includes(name) && !isHarmless(name) && refusalReason(name) === null,
    )
    expect(own.length).toBeGreaterThan(50)
    expect(unknown).toEqual([])
  })

  test('have their aliases in its order', () => {
    const ssh = plugins['connection.ssh']!
    const sudo = becomeNames('sudo')
    expect({
      host: names.HOST_NAMES,
      port: names.PORT_NAMES,
      remote_user: names.USER_NAMES,
      password: names.PASSWORD_NAMES,
      private_key_file: names.KEY_FILE_NAMES,
      ssh_args: names.SSH_ARGS_NAMES,
      ssh_common_args: names.SSH_COMMON_ARGS_NAMES,
      ssh_extra_args: names.SSH_EXTRA_ARGS_NAMES,
      host_key_checking: names.HOST_KEY_CHECKING_NAMES,
      timeout: names.TIMEOUT_NAMES,
    }).toEqual(
      Object.fromEntries(
        Object.entries({
          ...ssh,
          host: ssh['host']!.filter((name) => name.startsWith('ansible_')),
        }).filter(([option]) =>
          /^(?:host|port|remote_user|password|private_key_file|ssh_(?:common_|extra_)?args|host_key_checking|timeout)$/.test(
            option,
          ),
        ),
      ),
    )
    expect({
      become_user: sudo.user,
      become_pass: sudo.password,
      become_flags: sudo.flags,
      become_exe: sudo.program,
    }).toEqual(plugins['become.sudo'])
  })
})
