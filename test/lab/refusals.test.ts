/** What keeps a run from a host, or a pair from its proof: each is told apart, with the exit code as designed. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LAB_PASSWORD } from '../../src/lab/image-recipe.ts'
import { cli, hostOf, reported, workFolder } from './support/cli.ts'
import { withPairLab } from './support/pair-lab.ts'

const lab = withPairLab()
const work = workFolder()
afterAll(() => work.remove())

/** Runs a read-only play on system-a, with variables of its own on top of the lab's inventory. */
async function reach(vars: Record<string, unknown>, more: string[] = [], env: Record<string, string> = {}) {
  const inventory = work.write('extra.yml', JSON.stringify({ all: { hosts: { 'system-a': vars } } }))
  const playbook = work.write('play.yml', '- hosts: system-a\n  tasks:\n    - mptcp_available: {}\n')
  const result = await reported(
    work.folder,
    ['plan', '-i', lab().inventoryFile, '-i', inventory, playbook, '-T', '3', ...more],
    env,
  )
  return { code: result.code, host: hostOf(result.report, 'system-a'), output: result.stdout + result.stderr }
}

const noKnownHosts = (): string =>
  `-o UserKnownHostsFile=${path.join(work.folder, 'known')} -o StrictHostKeyChecking=yes`

describe('reaching a host', () => {
  test('a host that is down', async () => {
    // An address in the host's own /30 that nobody has: nothing answers.
    const address = lab().hosts[0]!.address.replace(/\.(\d+)$/, (_, last: string) => `.${(Number(last) & ~3) + 3}`)
    const { code, host } = await reach({ ansible_host: address })
    expect(host.status).toBe('unreachable')
    expect(['timeout', 'no-route']).toContain(host.error?.code)
    expect(code).toBe(4)
  })

  test('a port that refuses', async () => {
    const { code, host } = await reach({ ansible_port: 2 })
    expect({ code, status: host.status, error: host.error?.code }).toEqual({
      code: 4,
      status: 'unreachable',
      error: 'refused',
    })
  })

  test('a name that does not resolve', async () => {
    const { code, host } = await reach({ ansible_host: 'no-such-host.invalid' })
    expect({ code, status: host.status, error: host.error?.code }).toEqual({
      code: 4,
      status: 'unreachable',
      error: 'dns',
    })
  })

  test('an unknown host key', async () => {
    work.write('known', '')
    const { code, host } = await reach({ ansible_ssh_common_args: noKnownHosts() })
    expect({ code, error: host.error?.code }).toEqual({ code: 4, error: 'host-key-unknown' })
    expect(host.error?.summary + host.error!.detail).toContain('SHA256:')
  })

  test('a changed host key', async () => {
    const key = path.join(work.folder, 'other')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    const [type, data] = readFileSync(`${key}.pub`, 'utf8').split(' ')
    work.write('known', `${lab().hosts[0]!.address} ${type} ${data}\n`)
    const { code, host } = await reach({ ansible_ssh_common_args: noKnownHosts() })
    expect({ code, error: host.error?.code }).toEqual({ code: 4, error: 'host-key-changed' })
    expect(host.error?.summary + host.error!.detail).toContain(path.join(work.folder, 'known'))
  })

  test('a key that the host does not accept', async () => {
    const { code, host } = await reach({ ansible_ssh_private_key_file: path.join(work.folder, 'other') })
    expect({ code, status: host.status, error: host.error?.code }).toEqual({
      code: 4,
      status: 'unreachable',
      error: 'auth',
    })
  })

  test('a key file that is not there', async () => {
    const { code, host } = await reach({ ansible_ssh_private_key_file: '/nonexistent/key' })
    expect({ code, error: host.error?.code }).toEqual({ code: 4, error: 'key-file' })
  })

  test('sudo wants a password and there is none', async () => {
    const { code, host } = await reach({ ansible_user: 'operator' }, ['--become'])
    expect({ code, status: host.status, error: host.error?.code }).toEqual({
      code: 2,
      status: 'failed',
      error: 'become-password-missing',
    })
  })

  test('sudo is given a wrong password', async () => {
    const { code, host, output } = await reach({ ansible_user: 'operator', ansible_become_password: 'wrong-one' }, [
      '--become',
    ])
    expect({ code, status: host.status, error: host.error?.code }).toEqual({
      code: 2,
      status: 'failed',
      error: 'become-password-wrong',
    })
    expect(output).not.toContain('wrong-one')
  })

  test('sudo with the right password, and without one', async () => {
    const right = await reach({ ansible_user: 'operator', ansible_become_password: LAB_PASSWORD }, ['--become'])
    expect(right).toMatchObject({ code: 0, host: { status: 'ok' } })
    const none = await reach({ ansible_user: 'nopw' }, ['--become'])
    expect(none).toMatchObject({ code: 0, host: { status: 'ok' } })
  })

  test.each(['bash', 'dash', 'zsh', 'fish'])('login shell %s that prints noise', async (shell) => {
    const noise = 'echo noise; echo "noise on stderr" >&2'
    const files = ['.bashrc', '.bash_profile', '.profile', '.zshenv', '.config/fish/config.fish']
    const script = [
      `usermod -s $(command -v ${shell}) nopw`,
      'mkdir -p /home/nopw/.config/fish',
      ...files.map((file) => `printf '%s\\n' '${noise}' >/home/nopw/${file}`),
    ].join(' && ')
    expect(await lab().exec('system-a', script)).toMatchObject({ rc: 0 })
    const { code, host } = await reach({ ansible_user: 'nopw' }, ['--become'])
    expect({ code, status: host.status, error: host.error }).toEqual({ code: 0, status: 'ok', error: null })
  })
})

const args = (): string[] => ['test', '-i', lab().inventoryFile, 'system-b', 'system-a']

describe('a pair that cannot be proven', () => {
  test('stock hosts: what is missing is named, for each host', async () => {
    const { code, report } = await reported(work.folder, args())
    expect(code).toBe(2)
    expect(report.trials[0]).toMatchObject({ verdict: 'fail' })
    expect(report.trials[0]!.reasons.join('\n')).toMatch(/mptcpize/)
    expect(report.trials[0]!.reasons.join('\n')).toMatch(/system-a[^]*system-b|system-b[^]*system-a/)
  })

  describe('after pairing', () => {
    beforeAll(async () => {
      const { code, stderr } = await cli(['pair', '-i', lab().inventoryFile, 'system-b', 'system-a', '--yes'], {
        cwd: work.folder,
      })
      expect(code, stderr).toBe(0)
    })

    test('a server whose wrapper does nothing', async () => {
      const plant = `printf '#!/bin/sh\\nshift\\nexec "$@"\\n' >/usr/local/bin/mptcpize; chmod 755 /usr/local/bin/mptcpize`
      await lab().exec('system-b', plant)
      const { code, report } = await reported(work.folder, args())
      await lab().exec('system-b', 'rm /usr/local/bin/mptcpize')
      expect(code).toBe(2)
      expect(report.trials[0]!.verdict).toBe('fail')
      expect(report.trials[0]!.reasons.join('\n')).toMatch(/fell back|plain TCP|not MPTCP/i)
    })

    test('a single interface', async () => {
      await lab().exec('system-a', 'ip link set wlan0 down')
      const trial = await reported(work.folder, args())
      const paired = await cli(['pair', '-i', lab().inventoryFile, 'system-b', 'system-a', '--yes'], {
        cwd: work.folder,
      })
      await lab().exec('system-a', 'ip link set wlan0 up && nmcli connection up wlan0')
      expect(trial.code).toBe(2)
      expect(trial.report.trials[0]!.reasons.join('\n')).toMatch(/one path only|only one path/i)
      expect(paired.code).toBe(2)
      expect(paired.stdout + paired.stderr).toMatch(/one path only|only one path/i)
    })
  })
})
