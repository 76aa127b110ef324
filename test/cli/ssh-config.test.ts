import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.ts'
import { makeFiles } from '../inventory/files.ts'
import { testIo } from './test-io.ts'

/** Lists the hosts of a playbook without reaching any; `file:line: summary` of what stands against it. */
async function list(config: string, ...flags: string[]): Promise<string[]> {
  const cwd = makeFiles({
    'inventory.yml': 'all:\n  hosts:\n    web1: { ansible_host: 192.0.2.1 }\n    web2:\n',
    'playbook.yml': '- hosts: all\n  tasks:\n    - mptcp_enabled:\n',
    'ssh/config': config,
  })
  const { io, err } = testIo({ cwd })
  await dispatch(['plan', '-i', 'inventory.yml', 'playbook.yml', '--list-hosts', ...flags], io)
  const places = err().matchAll(/^(\S+:\d+):\d+: (.*)$/gm)
  return [...places].map(([, place, summary]) => `${place!.slice(join(cwd, '/').length)}: ${summary}`)
}

test('what is wrong for every host is said once', async () => {
  const cwd = makeFiles({ 'inventory.yml': 'all:\n  hosts:\n    web1:\n    web2:\n', config: 'Prot 22\n' })
  const { io, err } = testIo({ cwd })
  expect(await dispatch(['status', '-i', 'inventory.yml', '--ssh-config', 'config'], io)).toBe(1)
  expect(err().match(/ssh knows no keyword prot/g)).toHaveLength(1)
})

test('--ssh-config names the file that counts, relative to the working directory, before any host is touched', async () => {
  const config = 'Host 192.0.2.*\n  ProxyCommand nc %h %p\nHost web2\n  CertificateFile c\n'
  expect(await list(config, '--ssh-config', 'ssh/config')).toEqual([
    'ssh/config:2: ssh_config: proxycommand is not supported',
    'ssh/config:4: ssh_config: certificatefile is not supported',
  ])
  expect(await list(config, '--ssh-config', 'ssh/config', '-l', 'web2')).toEqual([
    'ssh/config:4: ssh_config: certificatefile is not supported',
  ])
  expect(await list(config, '--ssh-config', 'none')).toEqual([])
})

test('a fleet task with a jump host and a host behind it is refused, and the jump host named', async () => {
  const cwd = makeFiles({
    'inventory.yml':
      'all:\n  hosts:\n    bastion: { ansible_host: 192.0.2.9 }\n    web1: { ansible_host: 192.0.2.1 }\n',
    'playbook.yml': '- hosts: all\n  tasks:\n    - mptcp_pair: { server: bastion, client: web1 }\n',
    config: 'Host 192.0.2.1\n  ProxyJump 192.0.2.9\n',
  })
  const said = async (config: string): Promise<{ code: number; text: string }> => {
    const { io, out, err } = testIo({ cwd })
    const argv = ['plan', '-i', 'inventory.yml', 'playbook.yml', '--list-hosts', '--ssh-config', config]
    const code = await dispatch(argv, io)
    return { code, text: (out() + err()).replaceAll(/\s+/g, ' ') }
  }
  const split = await said('config')
  expect(split.code).toBe(1)
  expect(split.text).toContain('playbook.yml:3:7: mptcp_pair: bastion and web1 are in different batches')
  expect(split.text).toContain('reached through bastion, so that it is changed after them and alone')
  expect((await said('none')).code).toBe(0)
})
