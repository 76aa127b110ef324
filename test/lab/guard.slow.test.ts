/**
 * Changes that could cut SSH, made over the very card that carries it and to the very server that answers it: what is wrong
 * comes back by itself, also over a reboot, and what is right stays.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunReport } from '../../src/model/report.ts'
import { hostOf, reported, workFolder } from './support/cli.ts'
import { withPairLab } from './support/pair-lab.ts'
import { changedFacts, playbookOf } from './support/round-trip.ts'
import { undoRun } from './support/undo.ts'

const lab = withPairLab()
const work = workFolder()
afterAll(() => work.remove())

const HOSTS = ['system-a', 'system-b']

/**
 * The card over which the controller reaches a host becomes NetworkManager's, with the address that it has, at boot too: the lab
 * gives it one from outside, which is taken off before NetworkManager would take it for another's.
 */
const MANAGE = `
a=$(ip -4 -o address show dev mgmt0 | awk '{print $4}')
cd /etc/NetworkManager && sed -i 's/interface-name:mgmt0;*//' conf.d/lab.conf
profile() { printf '%s\\n' '[connection]' id=$1 uuid=$2 type=ethernet interface-name=mgmt0 "autoconnect=$3" '[ipv4]' method=manual address1=$4 '[ipv6]' method=disabled >system-connections/$1.nmconnection; }
profile mgmt0 11111111-1111-4111-8111-111111111111 true "$a"
profile other 22222222-2222-4222-8222-222222222222 true 203.0.113.9/24
chmod 600 system-connections/*
printf '%s\\n' '[Unit]' DefaultDependencies=no Before=NetworkManager.service '[Service]' Type=oneshot 'ExecStart=ip address flush dev mgmt0' 'ExecStart=ip link set mgmt0 down' '[Install]' WantedBy=NetworkManager.service >/etc/systemd/system/bare.service
systemctl -q enable bare.service
systemctl restart NetworkManager && nmcli --wait 20 connection up mgmt0`

/** Everything that these tests may change, to the byte; not when it was used last, which NetworkManager notes. */
const STATE = `
find /etc /usr/local -xdev -printf '%p %y %m %u %g %l\\n' | sort
find /etc /usr/local -xdev -type f -exec sha256sum {} + | sort -k 2
for u in $(nmcli -t -f UUID,TYPE connection show | grep -v loopback | cut -d : -f 1 | sort); do nmcli -t -f connection.id,connection.autoconnect,ipv4.method,ipv4.addresses,ipv4.gateway connection show $u; done
nmcli -t -f UUID,FILENAME connection show | grep -v /lo.nmconnection | sort
nmcli -t -f DEVICE,STATE,CON-UUID device status | grep -v ^lo: | sort
ip -br address | sed 's/@[^ ]*//;s/  */ /g'; ip route | sed 's/ metric [0-9]*//'; ip mptcp endpoint; sysctl net.mptcp.enabled
dpkg -s mptcpize | grep -E '^(Status|Version)'
ls -A /run/systemd/system.control 2>/dev/null; ls -A /run/mptcp-fleet 2>/dev/null
systemctl is-active ssh.service; ss -Htln | awk '{print $4}' | sort
grep -c libmptcpwrap /proc/$(systemctl show -p MainPID --value ssh.service)/maps`

const read = async (): Promise<string[]> =>
  await Promise.all(HOSTS.map(async (host) => (await lab().exec(host, STATE)).stdout))

const nm = (params: Record<string, unknown>): Record<string, unknown> => ({ nm_connection: params })
const ssh = (state: string): Record<string, unknown> => ({ mptcp_service: { unit: 'ssh.service', state } })

const run = async (hosts: string, tasks: unknown[], guard: string): ReturnType<typeof reported> =>
  await reported(work.folder, [
    'apply',
    ...['-i', lab().inventoryFile, playbookOf(work, hosts, tasks), '--yes', '--guard', guard],
  ])

const statuses = (report: RunReport): string[] => report.hosts.map(({ status }) => status)

/** Waits until a line succeeds in a host. */
async function until(host: string, line: string): Promise<void> {
  for (let count = 0; count < 300; count++) {
    if ((await lab().exec(host, line)).rc === 0) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`${host}: never: ${line}`)
}

const WAITING = 'grep -qx applied /run/mptcp-fleet/*/outcome'

beforeAll(async () => {
  for (const host of HOSTS) expect(await lab().exec(host, MANAGE), host).toMatchObject({ rc: 0 })
  const before = playbookOf(work, 'all', [{ mptcp_tools: {} }, { mptcp_enabled: {} }])
  const { code, stdout, stderr } = await reported(work.folder, ['apply', '-i', lab().inventoryFile, before, '--yes'])
  expect(code, stdout + stderr).toBe(0)
})

describe('what cuts both hosts off comes back by itself', () => {
  test.each<[string, Record<string, unknown>]>([
    ['a wrong address', { name: 'mgmt0', ipv4: { addresses: '203.0.113.10/24', gateway: '203.0.113.1' } }],
    ['the card is taken down', { name: 'mgmt0', state: 'down' }],
    ['another profile', { name: 'other' }],
    ['a new profile', { name: 'new', ifname: 'mgmt0', ipv4: { addresses: '203.0.113.11/24' } }],
    ['the profile is deleted', { name: 'mgmt0', state: 'absent' }],
  ])('%s', async (_name, params) => {
    const before = await read()
    const { code, report, stdout, stderr } = await run('all', [{ mptcp_limits: { subflows: 5 } }, nm(params)], '5s')
    expect({ code, statuses: statuses(report) }, stdout + stderr).toEqual({
      code: 2,
      statuses: ['rolled-back', 'rolled-back'],
    })
    for (const { error, changes } of report.hosts) {
      expect(error).toMatchObject({ code: 'rolled-back' })
      // Whether the host was still away when its guard time was over, or just back.
      expect(error?.summary).toMatch(/could not be reached over a new connection|not confirmed over a new connection/)
      expect(new Set(changes.map(({ status }) => status))).toContain('rolled-back')
    }
    expect(await read()).toEqual(before)
  })
})

describe('a reboot before the confirmation', () => {
  test.each<[string, Record<string, unknown>]>([
    ['of a profile that was changed', { name: 'mgmt0', ipv4: { addresses: '203.0.113.10/24' } }],
    ['of another profile that was brought up', { name: 'other' }],
    ['of a profile that was made', { name: 'new', ifname: 'mgmt0', ipv4: { addresses: '203.0.113.11/24' } }],
  ])('%s brings the old state', async (_name, params) => {
    await lab().reboot('system-a')
    const before = await read()
    const applied = run('system-a', [nm(params), { mptcp_limits: { subflows: 5 } }], '110s')
    await until('system-a', WAITING)
    await lab().reboot('system-a')
    const { report, stdout, stderr } = await applied
    expect(statuses(report), stdout + stderr).toEqual(['rolled-back'])
    expect(await read()).toEqual(before)
  })
})

test('a good change is confirmed, with one activation, outlasts a reboot, and undo takes it back', async () => {
  const before = await read()
  const ups = async (): Promise<number> =>
    Number(
      (await lab().exec('system-a', "journalctl -b -u NetworkManager | grep -c '(mgmt0): Activation: successful'"))
        .stdout,
    )
  const first = await ups()
  const addresses = ['{{ ansible_host }}/30', '203.0.113.20/24']
  // A package goes, too, once the rest is confirmed.
  const tasks = [
    nm({ name: 'mgmt0', ipv4: { addresses } }),
    { mptcp_limits: { subflows: 5 } },
    { mptcp_tools: { state: 'absent' } },
  ]
  const { code, report, stdout, stderr } = await run('system-a', tasks, '60s')
  expect({ code, statuses: statuses(report) }, stdout + stderr).toEqual({ code: 0, statuses: ['changed'] })
  expect(changedFacts(report)).toEqual([
    ...['nm_profile/mgmt0', 'nm_keyfile/mgmt0', 'limits/subflows', 'mptcp_persisted'],
    'packages/mptcpize',
  ])
  expect(hostOf(report, 'system-a').metrics).toMatchObject({ connections: 2, execs: 4 })
  expect((await ups()) - first).toBe(1)
  const there =
    'ip -o address show dev mgmt0 | grep -q 203.0.113.20/24 && ip mptcp limits | grep -q "subflows 5" && ! dpkg -s mptcpize'
  expect(await lab().exec('system-a', there)).toMatchObject({ rc: 0 })
  expect((await lab().exec('system-a', 'nmcli -t -f NAME,FILENAME connection show')).stdout).toContain(
    'mgmt0:/etc/NetworkManager/system-connections/mgmt0.nmconnection',
  )

  const again = await run('system-a', tasks, '60s')
  expect({ code: again.code, changes: changedFacts(again.report) }).toEqual({ code: 0, changes: [] })
  await lab().reboot('system-a')
  expect(await lab().exec('system-a', there)).toMatchObject({ rc: 0 })
  const rebooted = await run('system-a', tasks, '60s')
  expect({ code: rebooted.code, changes: changedFacts(rebooted.report) }).toEqual({ code: 0, changes: [] })

  await undoRun(work.folder, report.runId, lab().inventoryFile)
  expect(await read()).toEqual(before)
})

test('a commit that fails takes everything back, to the byte', async () => {
  const blocked = 'rm -rf /usr/local/libexec && touch /usr/local/libexec'
  expect(await lab().exec('system-a', blocked)).toMatchObject({ rc: 0 })
  const before = await read()
  const tasks = [nm({ name: 'mgmt0', ipv6: { method: 'link-local' } }), { mptcp_limits: { subflows: 5 } }]
  const { code, report, stdout, stderr } = await run('system-a', tasks, '60s')
  expect({ code, statuses: statuses(report) }, stdout + stderr).toEqual({ code: 2, statuses: ['rolled-back'] })
  expect(hostOf(report, 'system-a').error?.summary).toContain('mkdir -p -m 0755 /usr/local/libexec ended with 1')
  expect(await read()).toEqual(before)
  expect(await lab().exec('system-a', 'rm /usr/local/libexec')).toMatchObject({ rc: 0 })
})

test('through a jump host the card is guarded that the jump host comes in by, and no other', async () => {
  const { keyFile, knownHostsFile, hosts } = lab()
  const [jump, target] = hosts
  const config = work.write(
    'ssh_config',
    `Host jump
  HostName ${jump!.address}
  User root
  IdentityFile ${keyFile}
Host 192.0.2.20
  HostKeyAlias ${target!.address}
Host *
  UserKnownHostsFile ${knownHostsFile}
  StrictHostKeyChecking yes
`,
  )
  const vars = {
    ansible_host: '192.0.2.20',
    ansible_user: 'root',
    ansible_ssh_private_key_file: keyFile,
    ansible_ssh_common_args: `-F ${config} -J jump`,
  }
  const inventory = work.write('jump.yml', JSON.stringify({ all: { hosts: { 'system-b': vars } } }))
  const wrong = (name: string, address: string): string =>
    playbookOf(work, 'system-b', [nm({ name, ipv4: { addresses: address } })])
  const before = await read()
  const other = await reported(work.folder, ['plan', '-i', inventory, wrong('wlan0', '198.51.100.30/24')])
  expect(other.stdout).toContain('nm_profile/wlan0')
  expect(other.stdout).not.toContain('may cut the connection')
  const args = ['-i', inventory, wrong('eth0', '192.0.2.30/24'), '--yes', '--guard', '5s']
  const { code, report, stdout, stderr } = await reported(work.folder, ['apply', ...args])
  expect({ code, statuses: statuses(report) }, stdout + stderr).toEqual({ code: 2, statuses: ['rolled-back'] })
  expect(await read()).toEqual(before)
})

describe('the SSH server', () => {
  /** What somebody's own drop-in says; $LD_PRELOAD is what the server is started with. */
  const drop = (lines: string): string => `
mkdir -p /etc/systemd/system/ssh.service.d
cat >/etc/systemd/system/ssh.service.d/90-test.conf <<'X'
[Service]
${lines}
X
systemctl daemon-reload && systemctl reset-failed ssh.service && systemctl restart ssh.service`
  const wrapped = 'case $$LD_PRELOAD in *libmptcpwrap*)'

  test.each<[string, string, RegExp]>([
    [
      'that does not start with it',
      `ExecStartPre=/bin/sh -c '${wrapped} exit 1;; esac'`,
      /systemctl restart ssh\.service ended with 1/,
    ],
    [
      'that answers elsewhere with it',
      `ExecStart=\nExecStart=/bin/sh -c '${wrapped} exec /usr/sbin/sshd -D -p 2222;; *) exec /usr/sbin/sshd -D;; esac'`,
      /could not be reached over a new connection|not confirmed over a new connection/,
    ],
  ])('%s runs again as before', async (_name, lines, why) => {
    expect(await lab().exec('system-a', drop(lines))).toMatchObject({ rc: 0 })
    const before = await read()
    const { code, report, stdout, stderr } = await run('system-a', [ssh('enabled')], '5s')
    expect({ code, statuses: statuses(report) }, stdout + stderr).toEqual({ code: 2, statuses: ['rolled-back'] })
    expect(hostOf(report, 'system-a').error?.summary).toMatch(why)
    expect(await read()).toEqual(before)
    const clear =
      'rm -r /etc/systemd/system/ssh.service.d; systemctl daemon-reload; systemctl reset-failed ssh; systemctl restart ssh'
    expect(await lab().exec('system-a', clear)).toMatchObject({ rc: 0 })
  })

  test('is opted in and out, each confirmed over a new connection with one restart, also after a reboot', async () => {
    const before = await read()
    const starts = async (): Promise<number> =>
      Number((await lab().exec('system-a', "journalctl -b -u ssh.service | grep -c 'Started ssh.service'")).stdout)
    for (const state of ['enabled', 'disabled']) {
      const first = await starts()
      const applied = await run('system-a', [ssh(state)], '60s')
      expect(applied.code, applied.stdout + applied.stderr).toBe(0)
      expect(hostOf(applied.report, 'system-a').metrics).toMatchObject({ connections: 2, execs: 4 })
      expect((await starts()) - first).toBe(1)
      expect(await lab().exec('system-a', 'ls /run/systemd/system.control/*.d')).toMatchObject({ stdout: '' })
      const again = await run('system-a', [ssh(state)], '60s')
      expect({ code: again.code, changes: changedFacts(again.report) }).toEqual({ code: 0, changes: [] })
      await lab().reboot('system-a')
      const rebooted = await run('system-a', [ssh(state)], '60s')
      expect({ code: rebooted.code, changes: changedFacts(rebooted.report) }).toEqual({ code: 0, changes: [] })
    }
    expect(await read()).toEqual(before)
  })
})
