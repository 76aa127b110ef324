/** Commands over inventories and playbooks that ansible-vault encrypted, and with an ansible.cfg beside them. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.ts'
import { redacted } from '../../src/cli/io.ts'
import { Secret } from '../../src/model/secret.ts'
import { encryptVaultSync } from '../../src/text/vault.ts'
import { testIo } from './test-io.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mptcp-fleet-vault-'))
  write('pw', 'tiger-word\n')
})
afterEach(() => rmSync(root, { recursive: true }))

function write(name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}

const sealed = (plain: string, id = 'default', word = 'tiger-word'): string =>
  encryptVaultSync(Buffer.from(plain), { id, password: new Secret(word) })
const tagged = (text: string, indent: number): string =>
  `!vault |\n${text.trimEnd().replaceAll(/^/gm, ' '.repeat(indent))}\n`

async function call(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const { io, out, err } = testIo({ cwd: root, env: { HOME: root } })
  return { code: await dispatch(argv, io), out: out(), err: err().replaceAll(/\s+/g, ' ') }
}

/** All that is shown, as a terminal gets it. */
async function shown(...argv: string[]): Promise<string> {
  const { io, out, err } = testIo({ cwd: root, env: { HOME: root } })
  const [stdout, stderr] = [redacted(io.stdout, io.secrets), redacted(io.stderr, io.secrets)]
  const code = await dispatch(argv, { ...io, stdout, stderr })
  stdout.flush()
  stderr.flush()
  return `${code} ${out()}${err()}`
}

const HOSTS = 'all:\n  hosts:\n    web1: { ansible_host: 192.0.2.1, ansible_user: opc }\n    web2:\n'
const PLAY =
  '- hosts: web1\n  tasks:\n    - name: tell\n      command:\n        cmd: cat\n        stdin: "{{ word }}"\n'

describe('a file that is encrypted as a whole', () => {
  it('is read; its texts are shown nowhere, but for how hosts are reached', async () => {
    write('hosts.yml', HOSTS)
    write('group_vars/all/vault.yml', sealed('word: panther\nansible_port: 2222\nansible_user: deploy\nn: 7\n'))
    write('group_vars/all/open.yml', 'said: it is panther\n')
    const { code, out } = await call('inventory', 'host', 'web2', '-i', 'hosts.yml', '--vault-password-file', 'pw')
    expect([code, JSON.parse(out)]).toEqual([
      0,
      { ansible_port: 2222, ansible_user: 'deploy', n: 7, said: 'it is [secret]', word: '[secret]' },
    ])
  })

  it.each([
    ['compose: {w: "gsec | from_json"}', ''],
    ['compose: {w: "1 is version(gsec, gsec)"}', ''],
    ['compose: {w: gsec | to_datetime}', ''],
    ['compose: {w: "[1] | map(gsec) | list"}', ''],
    ['compose: {w: made | to_datetime}', 'made: "topsecretvalue{{ 1 }}"'],
    ['compose: {w: deep.of[0] | to_datetime}', 'deep: { of: [topsecretvalue] }'],
    ['compose: {w: missing}', '- topsecretvalue'],
    ['compose: {w: missing}', 'vars: [topsecretvalue: topsecretvalue'],
    ['compose: {w: missing}', 'topsecretvalue: 1\ntopsecretvalue: 2\nx: topsecretvalue'],
  ])('is not quoted where the inventory cannot be read: %s %s', async (fields, more) => {
    write('hosts.yml', HOSTS)
    write('con.yml', `plugin: constructed\nuse_vars_plugins: true\nstrict: true\n${fields}\n`)
    write('group_vars/all.yml', sealed(`gsec: topsecretvalue\n${more}\n`))
    const args = ['-i', 'hosts.yml', '-i', 'con.yml', '--vault-password-file', 'pw']
    for (const command of ['list', 'check']) {
      const said = await shown('inventory', command, ...args)
      expect(said).toMatch(/^1 /)
      expect(said).not.toContain('topsecretvalue')
    }
  })

  it('is not quoted where it is an inventory itself', async () => {
    write('hosts', sealed("web1 word=topsecretvalue\n[nosuch:kind]\nx='topsecretvalue'\n"))
    const said = await shown('inventory', 'list', '-i', 'hosts', '--vault-password-file', 'pw')
    expect(said).toMatch(/^1 /)
    expect(said).not.toContain('topsecretvalue')
  })

  it('may be a playbook', async () => {
    write('hosts.yml', HOSTS.replace('opc }', 'opc, word: x123 }'))
    write('site.yml', sealed(PLAY))
    const { code, out } = await call(
      'plan',
      '-i',
      'hosts.yml',
      'site.yml',
      '--list-tasks',
      '--vault-password-file',
      'pw',
    )
    expect([code, out]).toEqual([0, expect.stringContaining('tell (command)')])
    const without = await call('plan', '-i', 'hosts.yml', 'site.yml', '--list-tasks')
    expect([without.code, without.err]).toEqual([
      1,
      expect.stringContaining(
        'site.yml:1:1: this cannot be decrypted: it is encrypted, and no vault password is given',
      ),
    ])
  })
})

describe('a !vault value', () => {
  it('is shown as it is encrypted, with its password or without', async () => {
    const text = sealed('panther', 'prod')
    write('hosts.yml', `all:\n  hosts:\n    web1:\n      ansible_password: ${tagged(text, 8)}`)
    for (const more of [[], ['--vault-id', 'prod@pw']]) {
      const { out } = await call('inventory', 'host', 'web1', '-i', 'hosts.yml', ...more)
      expect(JSON.parse(out)).toEqual({ ansible_password: { __ansible_vault: text } })
    }
  })

  it('matters only where it is used', async () => {
    write('site.yml', PLAY)
    write('hosts.yml', `${HOSTS}      word: ${tagged(sealed('x123', 'prod'), 8)}  vars: { word: open }\n`)
    const args = ['plan', '-i', 'hosts.yml', 'site.yml', '--list-tasks', '--ssh-config', 'none']
    expect((await call(...args)).code).toBe(0)
    write('site.yml', PLAY.replace('web1', 'all'))
    const { code, err } = await call(...args)
    expect([code, err]).toEqual([1, expect.stringContaining('hosts.yml:5:20: this cannot be decrypted')])
    expect(err).toContain('--vault-id prod@FILE')
    expect((await call(...args, '--vault-id', 'any@pw')).code).toBe(0)
  })

  it('may say how a host is reached, and may stand in a playbook', async () => {
    const user = tagged(sealed('deploy-user'), 8)
    write('hosts.yml', `all:\n  hosts:\n    web1:\n      ansible_user: ${user}`)
    write(
      'site.yml',
      `- hosts: all\n  vars:\n    word: ${tagged(sealed('panther'), 8)}${PLAY.slice(PLAY.indexOf('\n') + 1)}`,
    )
    const args = ['plan', '-i', 'hosts.yml', 'site.yml', '--list-tasks']
    expect(await call(...args, '--vault-password-file', 'pw')).toMatchObject({ code: 0 })
    expect((await call(...args)).err).toContain('hosts.yml:4:28: this cannot be decrypted')
    write('hosts.yml', HOSTS)
    expect((await call(...args)).err).toContain('site.yml:3:18: this cannot be decrypted')
  })
})

describe('ansible.cfg', () => {
  it('says where hosts are and which passwords open them; what is not used is told once', async () => {
    write('hosts.yml', HOSTS)
    write('group_vars/all.yml', sealed('n: 7\n', 'prod'))
    write('ansible.cfg', '[defaults]\ninventory = hosts.yml\nvault_identity_list = prod@pw\ngathering = smart\n')
    const { code, out, err } = await call('inventory', 'host', 'web2')
    expect([code, JSON.parse(out)]).toEqual([0, { n: 7 }])
    expect(err.match(/not used here: \[defaults\] gathering/g)).toHaveLength(1)
    chmodSync(root, 0o777)
    const open = await call('inventory', 'host', 'web2')
    expect(open.err).toMatch(/ansible\.cfg:1:1: warning: this file is not read.*no inventory is given/)
  })
})
