/** Playbooks that cut five hosts off at once: all come back by themselves, and the report says so. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { expandTopology } from '../../src/lab/expand.ts'
import { topologySchema } from '../../src/lab/topology.ts'
import { cli, reported, workFolder } from './support/cli.ts'
import { ssh } from './support/machine.ts'
import { withLab } from './support/pair-lab.ts'
import { playbookOf } from './support/round-trip.ts'

const NAMES = [1, 2, 3, 4, 5].map((number) => `host-0${number}`)
const lab = withLab(expandTopology('five', topologySchema.parse({ hosts: { host: { count: 5 } } })))
const work = workFolder()
afterAll(() => work.remove())

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js')

/** All that the playbooks below change, and what their runs keep on a host. */
const STATE = `ip -o link show mgmt0 | grep -o 'state [A-Z]*'; nft list ruleset; ip mptcp limits; sysctl -n net.mptcp.enabled
ls -A /run/mptcp-fleet /etc/sysctl.d /etc/systemd/system 2>&1; systemctl list-units --plain --no-legend 'mptcp-fleet-*'; :`
const read = async (): Promise<string[]> =>
  await Promise.all(NAMES.map(async (name) => (await lab().exec(name, STATE)).stdout))

const DROP = 'nft "table inet cut { chain in { type filter hook input priority 0; tcp dport 22 drop; }; }"'

test.each([
  ['takes the management card down', 'ip link set mgmt0 down', 'ip link set mgmt0 up'],
  ['drops SSH in nftables', DROP, 'nft delete table inet cut'],
])('a playbook that %s', async (_name, cmd, undo) => {
  const before = await read()
  const tasks = [{ name: 'cut', shell: { cmd, undo, disruptive: true } }]
  const args = ['apply', '-i', lab().inventoryFile, playbookOf(work, 'all', tasks), '--yes', '--guard', '5s']
  const { code, report, stdout, stderr } = await reported(work.folder, args)
  expect(code, stdout + stderr).toBe(2)
  expect(report.hosts.map(({ name, status, error }) => [name, status, error?.code])).toEqual(
    NAMES.map((name) => [name, 'rolled-back', 'rolled-back']),
  )
  expect(await Promise.all(NAMES.map(async (name) => (await ssh(lab(), name, 'true')).rc))).toEqual([0, 0, 0, 0, 0])
  expect(await read()).toEqual(before)
})

test('hosts that are restarted in the guard time come back as they were', async () => {
  const before = await read()
  // The shell of the end is an apply of its own, which never comes to be confirmed.
  const tasks = [{ name: 'cut', shell: { cmd: DROP, undo: 'nft delete table inet cut', disruptive: true } }]
  const args = ['apply', '-i', lab().inventoryFile, playbookOf(work, 'all', tasks), '--yes', '--guard', '600s']
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: work.folder, stdio: 'ignore' })
  const ended = new Promise((resolve) => child.on('close', resolve))
  for (let tries = 0; tries < 300; tries++) {
    const cut = await Promise.all(NAMES.map((name) => lab().exec(name, 'nft list table inet cut')))
    if (cut.every(({ rc }) => rc === 0)) break
    await sleep(100)
  }
  child.kill('SIGKILL')
  await ended
  expect(await Promise.all(NAMES.map(async (name) => (await ssh(lab(), name, 'true')).rc))).not.toContain(0)
  await Promise.all(NAMES.map((name) => lab().reboot(name)))
  expect(await Promise.all(NAMES.map(async (name) => (await ssh(lab(), name, 'true')).rc))).toEqual([0, 0, 0, 0, 0])
  expect(await read()).toEqual(before)
  const shown = await cli(['runs', 'show', 'last'], { cwd: work.folder })
  expect(shown.stdout).toContain('It ended without a word')
})
