/** Services and sockets that are made to use MPTCP, and settings of the kernel, on real systemd. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hostOf, reported, workFolder } from './support/cli.ts'
import { withPairLab } from './support/pair-lab.ts'
import type { RoundTrip } from './support/round-trip.ts'
import { changedFacts, playbookOf, roundTrip } from './support/round-trip.ts'

const lab = withPairLab()
const work = workFolder()
afterAll(() => work.remove())

/** A server with an LD_PRELOAD of its own, one that writes its title over its environment, and a socket. */
const UNITS = `
cat >/etc/systemd/system/web.service <<'X'
[Service]
Environment="LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libm.so.6" OTHER=1
ExecStart=/usr/bin/python3 -m http.server 8080 --directory /srv
[Install]
WantedBy=multi-user.target
X
cat >/etc/systemd/system/echo.socket <<'X'
[Socket]
ListenStream=8090
[Install]
WantedBy=sockets.target
X
cat >/etc/systemd/system/echo.service <<'X'
[Service]
ExecStart=/usr/bin/sleep infinity
X
cat >/etc/systemd/system/idle.service <<'X'
[Service]
ExecStart=/usr/bin/sleep infinity
X
systemctl enable --now web.service echo.socket 2>&1`

const STATE = `
sysctl -a 2>/dev/null | grep '^net.mptcp' | grep -v available
find /etc/sysctl.d /etc/systemd/system -xdev -printf '%p %y %m\\n' | sort
find /etc/sysctl.d /etc/systemd/system -xdev -type f -exec sha256sum {} + | sort
ss -HMln | awk '{print $4}' | sort; ss -Htln | awk '{print $4}' | sort
systemctl is-active web.service echo.socket echo.service idle.service ssh.service
dpkg-query -W -f '\${Status}\\n' mptcpize 2>/dev/null | grep installed`

const service = (params: Record<string, unknown>): Record<string, unknown> => ({ mptcp_service: params })
const listens = (port: number): string => `ss -HMln | grep -q ':${port} '`

beforeAll(async () => {
  await lab().exec('system-a', UNITS)
  const before = playbookOf(work, 'system-a', [{ mptcp_tools: {} }, { mptcp_enabled: {} }])
  expect((await reported(work.folder, ['apply', '-i', lab().inventoryFile, before, '--yes'])).code).toBe(0)
})

const cases: (RoundTrip & { name: string })[] = [
  {
    name: 'a service by preload, beside what it preloads itself',
    hosts: 'system-a',
    tasks: [service({ unit: 'web.service' })],
    facts: ['service/web.service', 'file//etc/systemd/system/web.service.d/50-mptcp.conf'],
    shows: [
      ['system-a', listens(8080)],
      ['system-a', 'grep -q libm.so.6 /proc/$(systemctl show -p MainPID --value web.service)/maps'],
      ['system-a', 'systemctl show -p Environment web.service | grep -q OTHER=1'],
    ],
  },
  {
    name: 'a service that does not run is not started',
    hosts: 'system-a',
    tasks: [service({ unit: 'idle.service', method: 'go' })],
    shows: [
      ['system-a', 'test "$(systemctl is-active idle.service)" = inactive'],
      ['system-a', 'systemctl show -p Environment idle.service | grep -q multipathtcp=1'],
    ],
  },
  {
    name: 'a socket',
    hosts: 'system-a',
    tasks: [service({ unit: 'echo.socket', method: 'socket' })],
    shows: [['system-a', listens(8090)]],
  },
  {
    name: 'the SSH server itself, over SSH',
    hosts: 'system-a',
    tasks: [service({ unit: 'ssh.service' })],
    shows: [['system-a', listens(22)]],
  },
  {
    name: 'kernel settings',
    hosts: 'all',
    tasks: [{ mptcp_sysctl: { values: { checksum_enabled: true, close_timeout: 30, path_manager: 'userspace' } } }],
    shows: [
      ['system-b', 'test "$(sysctl -n net.mptcp.pm_type)" = 1'],
      ['system-b', 'test "$(grep -c ^net.mptcp /etc/sysctl.d/90-mptcp.conf)" = 3'],
    ],
  },
]

describe.each(cases)('$name', (item) => {
  test('plan, apply, verify, again, undo', () => roundTrip(lab(), work, STATE, item))
})

test('a socket with a running service is opened anew, and the service runs again', async () => {
  await lab().exec('system-a', 'systemctl start echo.service')
  const socket = service({ unit: 'echo.socket', method: 'socket' })
  await roundTrip(lab(), work, STATE, {
    hosts: 'system-a',
    tasks: [socket],
    shows: [
      ['system-a', listens(8090)],
      ['system-a', 'systemctl is-active echo.service'],
    ],
  })
})

test('a process from before its drop-in is found and restarted', async () => {
  const file = playbookOf(work, 'system-a', [service({ unit: 'web.service' })])
  const args = ['-i', lab().inventoryFile, file, '--yes']
  await reported(work.folder, ['apply', ...args])
  await lab().exec(
    'system-a',
    'f=/etc/systemd/system/web.service.d/50-mptcp.conf; mv $f /root/x; systemctl daemon-reload; systemctl restart web; mv /root/x $f; systemctl daemon-reload',
  )
  const found = await reported(work.folder, ['apply', ...args])
  expect({ code: found.code, changes: changedFacts(found.report) }).toEqual({
    code: 0,
    changes: ['service/web.service'],
  })
  expect(await lab().exec('system-a', listens(8080))).toMatchObject({ rc: 0 })
})

test('after a reboot the service still uses MPTCP', async () => {
  await lab().reboot('system-a')
  const plan = await reported(work.folder, [
    'plan',
    '-i',
    lab().inventoryFile,
    playbookOf(work, 'system-a', [service({ unit: 'web.service' })]),
    '--detailed-exitcode',
  ])
  expect({ code: plan.code, changes: changedFacts(plan.report) }).toEqual({ code: 0, changes: [] })
})

test.each<[string, Record<string, unknown>, string]>([
  ['a unit that is not there', service({ unit: 'nosuch.service' }), 'no-such-unit'],
  ['a service while MPTCP is switched off', service({ unit: 'ssh.service' }), 'mptcp-disabled'],
])('refused with its reason: %s', async (_name, task, code) => {
  const host = code === 'no-such-unit' ? 'system-a' : 'system-b'
  const plan = await reported(work.folder, ['plan', '-i', lab().inventoryFile, playbookOf(work, host, [task])])
  expect(plan.code).toBe(2)
  expect(hostOf(plan.report, host).error).toMatchObject({ code })
})

test('the library is known after the package is applied, in one run', async () => {
  const tasks = [{ mptcp_tools: {} }, { mptcp_enabled: {} }, service({ unit: 'ssh.service' })]
  const args = ['-i', lab().inventoryFile, playbookOf(work, 'system-b', tasks)]
  const plan = await reported(work.folder, ['plan', ...args])
  expect(plan.stdout).toMatch(/known after apply: reads wrap_library/)
  const applied = await reported(work.folder, ['apply', ...args, '--yes'])
  expect(applied.code, applied.stdout + applied.stderr).toBe(0)
  expect(changedFacts(applied.report)).toContain('file//etc/systemd/system/ssh.service.d/50-mptcp.conf')
  expect(await lab().exec('system-b', listens(22))).toMatchObject({ rc: 0 })
})
