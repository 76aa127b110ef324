/** The main job: two stock hosts become a proven multipath pair by one command, and stay one over a reboot. */
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { RunReport } from '../../src/model/report.ts'
import { hostOf, reported, workFolder } from './support/cli.ts'
import { withPairLab } from './support/pair-lab.ts'

const lab = withPairLab()
const work = workFolder()
afterAll(() => work.remove())

const root = path.resolve(import.meta.dirname, '../..')
const pairArgs = (): string[] => [
  '-i',
  path.join(root, 'inventories/pair.yml'),
  '-i',
  lab().inventoryFile,
  path.join(root, 'playbooks/pair.yml'),
]

function expectProof(report: RunReport): void {
  expect(report.trials).toHaveLength(1)
  const trial = report.trials[0]!
  expect(trial).toMatchObject({
    server: 'system-b',
    client: 'system-a',
    verdict: 'pass',
    reasons: [],
    checksumOk: true,
  })
  expect(trial.subflows.map((subflow) => [subflow.clientAddress, subflow.serverAddress].join(' ')).toSorted()).toEqual([
    '192.0.2.10 192.0.2.20',
    '198.51.100.10 198.51.100.20',
  ])
  expect(new Set(trial.subflows.map((subflow) => subflow.clientDevice))).toEqual(new Set(['eth0', 'wlan0']))
  for (const subflow of trial.subflows) expect(subflow.share).toBeGreaterThanOrEqual(0.1)
  expect(trial.bytes).toBeGreaterThanOrEqual(64 * 1024 * 1024)
}

test('stock hosts: plan shows changes and touches nothing', async () => {
  const before = await lab().exec(
    'system-a',
    'sysctl net.mptcp.enabled; ip mptcp limits; ip mptcp endpoint; ls /etc/sysctl.d',
  )
  const { code, stdout, report } = await reported(work.folder, ['plan', ...pairArgs(), '--detailed-exitcode'])
  expect(code).toBe(3)
  expect(stdout).toContain('net.mptcp.enabled')
  expect(report.hosts.every((host) => host.changes.every((change) => change.status === 'planned'))).toBe(true)
  expect(
    await lab().exec('system-a', 'sysctl net.mptcp.enabled; ip mptcp limits; ip mptcp endpoint; ls /etc/sysctl.d'),
  ).toEqual(before)
})

test('apply pairs them and proves two subflows on two links', async () => {
  const { code, report, stdout, stderr } = await reported(work.folder, ['apply', ...pairArgs(), '--yes'])
  expect({ code, stderr: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, stderr: '' })
  expectProof(report)
  for (const name of ['system-a', 'system-b']) {
    const host = hostOf(report, name)
    expect(host.status).toBe('changed')
    expect(host.changes.every((change) => change.status === 'done')).toBe(true)
    expect(host.metrics.connections).toBe(1)
    expect(host.metrics.execs).toBeLessThanOrEqual(3)
  }
})

test("the proof is true by the kernel's own account", async () => {
  const endpoints = await lab().exec('system-b', 'ip mptcp endpoint; cat /proc/net/netstat')
  expect(endpoints.stdout).toMatch(/192\.0\.2\.20 id \d+ signal .*dev eth0/)
  expect(endpoints.stdout).toMatch(/198\.51\.100\.20 id \d+ signal .*dev wlan0/)
})

test('apply again: nothing changes, one exec each', async () => {
  const { code, report } = await reported(work.folder, ['apply', ...pairArgs(), '--yes'])
  expect(code).toBe(0)
  for (const name of ['system-a', 'system-b']) {
    expect(hostOf(report, name)).toMatchObject({ status: 'ok', changes: [], metrics: { connections: 1, execs: 1 } })
  }
  expectProof(report)
})

test('nothing of a run is left on the hosts but what it should have made', async () => {
  const left = await lab().exec('system-b', [
    'sh',
    '-c',
    `ls -A /run/mptcp-fleet 2>&1
     pgrep -af '[h]ttp.server|[m]ptcpize run|[c]url '
     find /etc /usr/local /tmp /run -xdev -name '.*2*T*Z-*'
     ls /tmp | grep -v systemd-private`,
  ])
  expect(left.stdout.trim()).toBe("ls: cannot access '/run/mptcp-fleet': No such file or directory")
})

test('after a reboot of both the plan is empty and the proof passes again', async () => {
  await Promise.all([lab().reboot('system-a'), lab().reboot('system-b')])
  const plan = await reported(work.folder, ['plan', ...pairArgs(), '--detailed-exitcode'])
  expect(plan.report.hosts.flatMap((host) => host.changes)).toEqual([])
  expect(plan.code).toBe(0)
  const proof = await reported(work.folder, ['test', '-i', lab().inventoryFile, 'system-b', 'system-a'])
  expect(proof.code).toBe(0)
  expectProof(proof.report)
})
