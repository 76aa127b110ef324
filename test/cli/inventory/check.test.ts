import { describe, expect, it } from 'vitest'
import { dispatch } from '../../../src/cli/dispatch.ts'
import { makeFiles } from '../../inventory/files.ts'
import { testIo } from '../test-io.ts'

async function check(files: Record<string, string>, ...argv: string[]) {
  const { io, out } = testIo({ cwd: makeFiles(files) })
  const code = await dispatch(['inventory', 'check', ...argv], io)
  return { code, out: out() }
}

const files = {
  'hosts.yml': `web:
  hosts:
    w1: { ansible_hots: 192.0.2.1, ansible_port: 70000 }
    w2: { ansble_user: opc, mptcp_fleet_transprt: openssh, enabled_port: 1 }
  vars: { ansible-host: x }
empty:
all: { hosts: { alone: } }
`,
}

describe('inventory check', () => {
  it('says everything that is wrong or doubtful, with places and what was meant', async () => {
    const { code, out } = await check(files, '-i', 'hosts.yml')
    expect(code).toBe(1)
    const said = out.split('\n').filter((line) => !line.startsWith(' '))
    expect(said).toEqual([
      'warning: group "empty" has no hosts',
      'warning: 1 host is in no group: alone',
      'hosts.yml:3:25: ansible_hots: this connection variable is not supported, did you mean "ansible_host"?',
      expect.stringMatching(/^hosts\.yml:3:50: ansible_port: expected a port/) as unknown,
      'hosts.yml:4:24: warning: ansble_user: this is no connection variable, did you mean "ansible_user"?',
      'hosts.yml:4:51: warning: mptcp_fleet_transprt: this is no connection variable, did you mean "mptcp_fleet_transport"?',
      'hosts.yml:5:25: warning: ansible-host: this is no connection variable, did you mean "ansible_host"?',
      '3 hosts and 2 groups: 2 errors, 5 warnings',
      '',
    ])
  })

  it('counts once what is said once, also where files of variables lie beside inventory and playbooks', async () => {
    const { code, out } = await check({ hosts: '[g]\na\n', 'group_vars/g.yml': '- a\n' }, '-i', 'hosts')
    expect([code, out]).toEqual([1, expect.stringMatching(/cannot be read: 1 error, 0 warnings\n$/)])
  })

  it('is content with what is well', async () => {
    const { code, out } = await check({ hosts: '[web]\na\n' }, '-i', 'hosts')
    expect([code, out]).toEqual([0, '1 host and 1 group: nothing to say\n'])
  })

  it('looks at the hosts of a limit', async () => {
    const { code, out } = await check(files, '-i', 'hosts.yml', '-l', 'w2')
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^warning: group "empty"[^]*1 host and 2 groups: 0 errors, 4/),
    ])
  })

  it.each([
    ['', { ANSIBLE_SSH_ARGS: '-Z' }, 'ANSIBLE_SSH_ARGS: -Z is not supported'],
    ['[ssh_connection]\nssh_extra_args = -Z\n', {}, 'ansible.cfg:2:1: ssh_extra_args: -Z is not supported'],
    [
      '[privilege_escalation]\nbecome = yes\nbecome_method = su\n',
      {},
      'ansible.cfg:3:1: become_method: su is not supported',
    ],
    ['[defaults]\nvault_password_file = gone\n', {}, /^ansible\.cfg:2:1: vault_password_file \S+\/gone: there is no/m],
  ])('names where a setting comes from: %j, %j', async (config, more, said) => {
    const { io, out } = testIo({ cwd: makeFiles({ hosts: 'a\nb\n', 'ansible.cfg': config }) })
    Object.assign(io.env, more)
    expect(await dispatch(['inventory', 'check', '-i', 'hosts'], io)).toBe(1)
    expect(out()).toMatch(said)
    expect(out()).toContain('1 error, 0 warnings')
  })

  it('says what cannot be read, also as JSON', async () => {
    const bad = { 'hosts.yml': 'web: { host: }\n' }
    const { code, out } = await check(bad, '-i', 'hosts.yml')
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/hosts\.yml:1:8: web\.host[^]*cannot be read: 1 error, 0 warnings\n$/),
    ])
    const json = await check(bad, '-i', 'hosts.yml', '--output', 'json')
    expect(JSON.parse(json.out)).toMatchObject({
      hosts: null,
      diagnostics: [{ severity: 'error', code: 'unknown-key', source: { file: 'hosts.yml', line: 1, column: 8 } }],
    })
  })
})
