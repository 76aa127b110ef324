/** Hosts that hang or drop off in mid-script: told apart, in time, and never at the cost of another host. */
import { afterAll, afterEach, expect, test } from 'vitest'
import { hostOf, reported, workFolder } from './support/cli.ts'
import { withPairLab } from './support/pair-lab.ts'

const lab = withPairLab()
const work = workFolder()
afterAll(() => work.remove())
afterEach(async () => {
  await lab().exec('system-a', 'rm -f /usr/local/sbin/sysctl')
  await lab().exec('system-b', 'sysctl -w net.mptcp.enabled=0')
  await lab().exec('system-a', '/usr/sbin/sysctl -w net.mptcp.enabled=0')
})

/** Puts a program in place of system-a's sysctl, which the apply script runs. */
async function plant(body: string): Promise<void> {
  const script = `printf '%s\\n' '#!/bin/sh' "$1" >/usr/local/sbin/sysctl; chmod 755 /usr/local/sbin/sysctl`
  expect(await lab().exec('system-a', ['sh', '-c', script, 'sh', body])).toMatchObject({ rc: 0 })
}

async function enable() {
  const playbook = work.write('enable.yml', '- hosts: all\n  tasks:\n    - mptcp_enabled: { persist: false }\n')
  return await reported(work.folder, ['apply', '-i', lab().inventoryFile, playbook, '--yes'])
}

test('a step that hangs is stopped with all it started, and its host is timed out', async () => {
  await plant('sleep 4321 & sleep 1234')
  const { code, report } = await enable()
  expect(code).toBe(2)
  expect(hostOf(report, 'system-a')).toMatchObject({ status: 'failed', error: { code: 'timed-out' } })
  expect(hostOf(report, 'system-b').status).toBe('changed')
  expect((await lab().exec('system-a', 'pgrep -af "sleep (1234|4321)"')).stdout).toBe('')
})

test('sshd killed in mid-script: the outcome is unknown, the other host completes', async () => {
  await plant('systemctl stop ssh.service; pkill -KILL sshd; sleep 3')
  const { code, report } = await enable()
  await lab().exec('system-a', 'systemctl restart ssh')
  expect(code).toBe(2)
  expect(hostOf(report, 'system-a')).toMatchObject({ status: 'unknown', error: { code: 'outcome-unknown' } })
  expect(hostOf(report, 'system-a').changes.map((change) => change.status)).toEqual(['unknown'])
  expect(hostOf(report, 'system-b').status).toBe('changed')
})

test("a host that freezes in mid-script is unknown within the keepalive's time", async () => {
  await plant('touch /run/frozen-here; sleep 20')
  const freeze = (async () => {
    for (let i = 0; i < 100; i++) {
      if ((await lab().exec('system-a', 'test -e /run/frozen-here')).rc === 0) break
    }
    await lab().freeze('system-a')
  })()
  const [{ report }] = await Promise.all([enable(), freeze])
  await lab().thaw('system-a')
  expect(hostOf(report, 'system-a')).toMatchObject({ status: 'unknown', error: { code: 'outcome-unknown' } })
  expect(hostOf(report, 'system-b').status).toBe('changed')
})
