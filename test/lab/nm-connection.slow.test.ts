/** The guide's nmcli steps by task nm_connection, on a real NetworkManager. */
import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { cli, hostOf, reported, workFolder } from './support/cli.ts'
import { withPairLab } from './support/pair-lab.ts'
import type { RoundTrip } from './support/round-trip.ts'
import { changedFacts, playbookOf, roundTrip } from './support/round-trip.ts'
import { undoRun } from './support/undo.ts'

const lab = withPairLab()
const work = workFolder()
afterAll(() => work.remove())

const FIELDS =
  'connection.id,connection.interface-name,connection.autoconnect,connection.mptcp-flags,ipv4.method,ipv4.addresses,ipv4.gateway,ipv6.method,ipv6.addresses,ipv6.gateway'

/** Timestamps of use, which NetworkManager keeps itself, are no settings. */
const STATE = `
for u in $(nmcli -t -f UUID connection show | sort); do nmcli -t -f ${FIELDS} connection show $u; done
nmcli -t -f DEVICE,STATE,CON-UUID device status | sort
ip -br address | sed 's/@[^ ]*//;s/ *$//'
ip route; ip -6 route | grep -v '^fe80'
ip mptcp endpoint | sed 's/ id [0-9]*//' | sort`

const nm = (params: Record<string, unknown>): Record<string, unknown> => ({ nm_connection: params })

const cases: (RoundTrip & { name: string })[] = [
  {
    name: 'a static address with a gateway, in both families',
    hosts: 'system-a',
    tasks: [
      nm({
        name: 'wlan0',
        ipv4: { addresses: ['198.51.100.10/24', '198.51.100.11/24'], gateway: '198.51.100.1' },
        ipv6: { addresses: '2001:db8::10/64' },
      }),
    ],
    facts: ['nm_profile/wlan0', 'nm_keyfile/wlan0'],
    shows: [
      ['system-a', 'ip -o address show dev wlan0 | grep -q 198.51.100.11/24'],
      ['system-a', 'ip -o address show dev wlan0 | grep -q 2001:db8::10/64'],
      ['system-a', 'ip route | grep -q "^default via 198.51.100.1 dev wlan0"'],
    ],
  },
  {
    name: 'a profile that is missing is made and brought up',
    hosts: 'system-a',
    tasks: [
      nm({
        name: 'office',
        ifname: 'wlan0',
        ipv4: { addresses: '198.51.100.77/24' },
        ipv6: { method: 'disabled' },
        mptcp_flags: ['signal'],
      }),
    ],
    facts: ['nm_profile/office', 'nm_keyfile/office'],
    shows: [
      ['system-a', 'nmcli -t -f NAME,DEVICE connection show --active | grep -qx office:wlan0'],
      ['system-a', 'ip mptcp endpoint | grep -q "198.51.100.77 id [0-9]* signal dev wlan0"'],
    ],
  },
  {
    name: 'a name that is not ASCII',
    hosts: 'system-a',
    tasks: [
      nm({ name: 'Büro 東京', ifname: 'wlan0', ipv4: { addresses: '198.51.100.77/24' }, ipv6: { method: 'disabled' } }),
    ],
    facts: ['nm_profile/Büro 東京', 'nm_keyfile/Büro 東京'],
    shows: [
      ['system-a', 'LC_ALL=C.UTF-8 nmcli -t -f NAME,DEVICE connection show --active | grep -qx "Büro 東京:wlan0"'],
    ],
  },
  {
    name: 'MPTCP flags alone, without taking the card down',
    hosts: 'all',
    tasks: [nm({ name: 'eth0', mptcp_flags: ['subflow', 'backup'] })],
    facts: ['192.0.2.10', '192.0.2.20'].flatMap((own) => [`endpoint/${own}`, 'nm_profile/eth0/connection.mptcp-flags']),
    shows: [['system-b', 'ip mptcp endpoint | grep -q "192.0.2.20 id [0-9]* subflow backup dev eth0"']],
  },
  {
    name: 'down',
    hosts: 'system-a',
    tasks: [nm({ name: 'wlan0', state: 'down' })],
    facts: ['nm/devices/wlan0'],
    shows: [['system-a', 'test -z "$(ip -4 -o address show dev wlan0)"']],
  },
  {
    name: 'absent, and put back to the byte',
    hosts: 'system-a',
    tasks: [nm({ name: 'wlan0', state: 'absent' })],
    facts: ['nm/devices/wlan0', 'nm_profile/wlan0'],
    shows: [['system-a', 'test ! -e /etc/NetworkManager/system-connections/wlan0.nmconnection']],
  },
]

describe.each(cases)('$name', (item) => {
  test('plan, apply, verify, again, undo', () => roundTrip(lab(), work, STATE, item))
})

test('a profile whose name is not ASCII is deleted, and put back to the byte', async () => {
  const profile = "type ethernet con-name 'Kabel für Büro' ifname wlan0 autoconnect no"
  expect(await lab().exec('system-a', `nmcli connection add ${profile}`)).toMatchObject({ rc: 0 })
  await roundTrip(lab(), work, `${STATE}\nsha256sum /etc/NetworkManager/system-connections/*`, {
    hosts: 'system-a',
    tasks: [nm({ name: 'Kabel für Büro', state: 'absent' })],
    facts: ['nm_profile/Kabel für Büro'],
    shows: [['system-a', '! grep -rq "Kabel für Büro" /etc/NetworkManager/system-connections']],
  })
  const clear = "nmcli connection delete 'Kabel für Büro'"
  expect(await lab().exec('system-a', clear)).toMatchObject({ rc: 0 })
})

test('a profile that was made is the one after a reboot', async () => {
  const task = nm({ name: 'office', ifname: 'wlan0', ipv4: { addresses: ['198.51.100.78/24', '198.51.100.10/24'] } })
  const args = ['-i', lab().inventoryFile, playbookOf(work, 'system-a', [task])]
  // Router advertisements may bring IPv6 addresses, so what follows is known after apply only.
  expect((await reported(work.folder, ['apply', ...args, '--yes'])).code).toBe(0)
  await lab().reboot('system-a')
  const plan = await reported(work.folder, ['plan', ...args, '--detailed-exitcode'])
  expect({ code: plan.code, changes: changedFacts(plan.report) }).toEqual({ code: 0, changes: [] })
  expect((await lab().exec('system-a', 'ip -4 -o address show dev wlan0')).stdout).toContain('198.51.100.78/24')
  const clear = [nm({ name: 'wlan0' }), nm({ name: 'office', state: 'absent' })]
  const cleared = await reported(work.folder, [
    'apply',
    ...args.slice(0, 2),
    playbookOf(work, 'system-a', clear),
    '--yes',
  ])
  expect(cleared.code, cleared.stdout + cleared.stderr).toBe(0)
})

test('an address by DHCP is known after apply, and what follows is planned then', async () => {
  const server = readFileSync(new URL('support/dhcp-server.py', import.meta.url), 'utf8')
  await lab().exec(
    'system-b',
    `cat >/root/dhcp.py <<'X'\n${server}\nX\nsystemd-run --unit=dhcp python3 /root/dhcp.py wlan0 198.51.100.20 198.51.100.50 2>&1`,
  )
  const tasks = [
    nm({ name: 'wlan0', ipv4: { method: 'auto' } }),
    { mptcp_enabled: {} },
    { mptcp_pair: { server: 'system-b', client: 'system-a' } },
  ]
  const file = work.write(
    'dhcp.yml',
    JSON.stringify([
      { hosts: 'system-a', become: true, tasks: tasks.slice(0, 1) },
      { hosts: 'all', become: true, tasks: tasks.slice(1) },
    ]),
  )
  const one = playbookOf(work, 'system-a', [...tasks.slice(0, 1), { mptcp_endpoints: { endpoints: [] } }])
  const planned = await reported(work.folder, ['plan', '-i', lab().inventoryFile, one])
  expect(planned.stdout).toContain('known after apply')
  for (const expected of ['changed', 'ok']) {
    const applied = await reported(work.folder, ['apply', '-i', lab().inventoryFile, file, '--yes'])
    expect(applied.code, applied.stdout + applied.stderr).toBe(0)
    expect(hostOf(applied.report, 'system-a').status).toBe(expected)
  }
  expect((await lab().exec('system-a', 'ip -4 -o address show dev wlan0')).stdout).toMatch(
    /198\.51\.100\.50\/24.*dynamic/,
  )
  const back = playbookOf(work, 'system-a', [nm({ name: 'wlan0', ipv4: { addresses: '198.51.100.10/24' } })])
  expect((await reported(work.folder, ['apply', '-i', lab().inventoryFile, back, '--yes'])).code).toBe(0)
})

test('an address that another host has: the failure says so, and rollback finds nothing to take back', async () => {
  const file = playbookOf(work, 'system-a', [nm({ name: 'wlan0', ipv4: { addresses: '198.51.100.20/24' } })])
  const applied = await reported(work.folder, ['apply', '-i', lab().inventoryFile, file, '--yes'])
  expect(applied.code).toBe(2)
  const { error } = hostOf(applied.report, 'system-a')
  expect(`${error?.summary}\n${error?.detail}`).toMatch(/198\.51\.100\.20\/24 is not on wlan0: .*another host/)
  await undoRun(work.folder, applied.report.runId, lab().inventoryFile)
  expect((await lab().exec('system-a', 'ip -4 -o address show dev wlan0')).stdout).toContain('198.51.100.10/24')
})

test.each<[string, string, Record<string, unknown>, string]>([
  ['a profile that is missing', 'true', { name: 'wlan' }, 'profile-missing'],
  ['a card that is not there', 'true', { name: 'lan', ifname: 'eth7' }, 'no-such-device'],
  ['an address of another card', 'true', { name: 'wlan0', ipv4: { addresses: '192.0.2.20/24' } }, 'address-taken'],
  ['a card that is unmanaged', 'true', { name: 'mgmt', ifname: 'mgmt0' }, 'card-unmanaged'],
  [
    'two of one name',
    'nmcli connection add type dummy con-name eth0 ifname dm0 autoconnect no',
    { name: 'eth0' },
    'profile-twice',
  ],
  ['NetworkManager stopped', 'systemctl stop NetworkManager', { name: 'eth0' }, 'nm-stopped'],
])('refused with its reason: %s', async (_name, prepare, params, code) => {
  expect(await lab().exec('system-b', prepare), prepare).toMatchObject({ rc: 0 })
  const plan = await reported(work.folder, [
    'plan',
    '-i',
    lab().inventoryFile,
    playbookOf(work, 'system-b', [nm(params)]),
  ])
  expect(plan.code).toBe(2)
  expect(hostOf(plan.report, 'system-b').error).toMatchObject({ code })
})

test('the slip in the guide, /2, is answered at its place before any host is asked', async () => {
  const file = work.write(
    'slip.yml',
    `- hosts: all
  tasks:
    - nm_connection:
        name: wlan0
        ipv4: { addresses: 198.51.100.20/2, method: manual }
`,
  )
  const { code, stderr } = await cli(['plan', '-i', lab().inventoryFile, file])
  expect(code).toBe(1)
  expect(stderr).toMatch(/slip\.yml:5:\d+: nm_connection\.ipv4\.addresses: \/2 .*did you mean \/24\?/)
})
