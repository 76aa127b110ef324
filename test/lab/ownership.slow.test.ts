/** Every endpoint has one owner: NetworkManager's profile, or the kernel and the restore script; and it stays so. */
import { afterAll, expect, test } from 'vitest'
import { parseTopology } from '../../src/lab/topology-parse.ts'
import { reported, workFolder } from './support/cli.ts'
import { withLab } from './support/pair-lab.ts'
import { changedFacts } from './support/round-trip.ts'

const lab = withLab(
  parseTopology(
    `
hosts:
  owned: {}
  unmanaged: {}
  mixed: {}
links:
  eth0:
    hosts:
      owned: 192.0.2.10/24
      unmanaged: { addresses: [192.0.2.20/24], networkManager: unmanaged }
      mixed: [192.0.2.30/24, 192.0.2.31/24]
  wlan0:
    hosts:
      owned: 198.51.100.10/24
      unmanaged: { addresses: [198.51.100.20/24], networkManager: unmanaged }
      mixed: { addresses: [198.51.100.30/24], networkManager: unmanaged }
  lan0:
    hosts:
      owned: 203.0.113.10/24
      mixed: 203.0.113.30/24
`,
    'ownership.yml',
  ),
)
const work = workFolder()
afterAll(() => work.remove())

const HOSTS = ['owned', 'unmanaged', 'mixed']

const signal = (address: string): object => ({ address, flags: ['signal'] })

/** On mixed: a card whose two addresses want different flags, one that is unmanaged, one that NetworkManager has. */
const ENDPOINTS: Record<string, object[]> = {
  owned: ['192.0.2.10', '198.51.100.10', '203.0.113.10'].map(signal),
  unmanaged: ['192.0.2.20', '198.51.100.20'].map(signal),
  mixed: [
    signal('192.0.2.30'),
    { address: '192.0.2.31', flags: ['subflow', 'backup'] },
    signal('198.51.100.30'),
    signal('203.0.113.30'),
  ],
}

const file = (): string =>
  work.write(
    'endpoints.yml',
    JSON.stringify(
      HOSTS.map((host) => ({
        hosts: host,
        become: true,
        tasks: [{ mptcp_enabled: {} }, { mptcp_endpoints: { endpoints: ENDPOINTS[host], exact: true } }],
      })),
    ),
  )

const apply = (): ReturnType<typeof reported> =>
  reported(work.folder, ['apply', '-i', lab().inventoryFile, file(), '--yes'])

/** Owners by address: `script`, and `nm` for each address of a card whose profile makes endpoints. */
async function owners(host: string): Promise<Record<string, string[]>> {
  const { stdout } = await lab().exec(
    host,
    `sed -n 's/^endpoint \\([^ ]*\\) .*/\\1 script/p' /usr/local/libexec/mptcp-fleet/restore 2>/dev/null
nmcli -t -f DEVICE,CON-UUID device status | grep -v ':$' | while IFS=: read -r dev uuid; do
case $(nmcli -g connection.mptcp-flags connection show "$uuid") in 0x1|0x1' '*|0x0|0x0' '*) ;; *)
ip -4 -o address show dev "$dev" scope global | sed 's,.* inet \\([0-9.]*\\)/.*,\\1 nm,';; esac
done`,
  )
  const found: Record<string, string[]> = {}
  for (const [address = '', owner = ''] of stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' '))) {
    found[address] = [...(found[address] ?? []), owner]
  }
  return found
}

const EXPECTED: Record<string, Record<string, string[]>> = {
  owned: { '192.0.2.10': ['nm'], '198.51.100.10': ['nm'], '203.0.113.10': ['nm'] },
  unmanaged: { '192.0.2.20': ['script'], '198.51.100.20': ['script'] },
  mixed: { '192.0.2.30': ['script'], '192.0.2.31': ['script'], '198.51.100.30': ['script'], '203.0.113.30': ['nm'] },
}

async function kernelEndpoints(): Promise<string[]> {
  const shown = await Promise.all(
    HOSTS.map((host) => lab().exec(host, "ip mptcp endpoint | sed 's/ id [0-9]*//;s/ *$//'")),
  )
  return shown.map(({ stdout }) => stdout.trim().split('\n').toSorted().join('\n'))
}

test('one owner for each address', async () => {
  const applied = await apply()
  expect(applied.code, applied.stdout + applied.stderr).toBe(0)
  for (const host of HOSTS) expect(await owners(host), host).toEqual(EXPECTED[host])
})

test('no flapping: three applies and two reboots change nothing', async () => {
  const first = await kernelEndpoints()
  for (let round = 0; round < 3; round++) {
    if (round > 0) await Promise.all(HOSTS.map((host) => lab().reboot(host)))
    const applied = await apply()
    expect(applied.code, applied.stdout + applied.stderr).toBe(0)
    expect(changedFacts(applied.report), `round ${round}`).toEqual([])
    expect(await kernelEndpoints(), `round ${round}`).toEqual(first)
    for (const host of HOSTS) expect(await owners(host), host).toEqual(EXPECTED[host])
  }
})

test('a card that its profile brings up anew keeps its owner', async () => {
  const before = await kernelEndpoints()
  for (const host of ['owned', 'mixed'])
    await lab().exec(host, 'nmcli connection up lan0; nmcli connection up eth0; sleep 1')
  expect(await kernelEndpoints()).toEqual(before)
  expect(changedFacts((await apply()).report)).toEqual([])
})

test('what others put on a card of NetworkManager is not lost: refused until it is in the profile', async () => {
  const wish = (flags: string[]): string =>
    work.write(
      'foreign.yml',
      JSON.stringify([
        { hosts: 'owned', tasks: [{ mptcp_endpoints: { endpoints: [{ address: '203.0.113.10', flags }] } }] },
      ]),
    )
  const put = 'ip address add 203.0.113.99/32 dev lan0 && ip route add 10.77.0.0/24 via 203.0.113.30'
  expect(await lab().exec('owned', put)).toMatchObject({ rc: 0 })
  const args = ['apply', '-i', lab().inventoryFile, wish(['signal', 'backup']), '--yes']
  const { code, report } = await reported(work.folder, args)
  expect(code).toBe(2)
  expect(report.hosts[0]).toMatchObject({ status: 'failed', error: { code: 'nm-would-drop' } })
  expect(report.hosts[0]!.error!.summary).toMatch(
    /203\.0\.113\.99\/32, the route to 10\.77\.0\.0\/24 via 203\.0\.113\.30/,
  )
  const there = await lab().exec('owned', 'ip -4 -o address show dev lan0; ip route show 10.77.0.0/24')
  expect(there.stdout).toMatch(/203\.0\.113\.99\/32[^]*10\.77\.0\.0\/24 via 203\.0\.113\.30/)
  await lab().exec('owned', 'ip route del 10.77.0.0/24; ip address del 203.0.113.99/32 dev lan0')
  expect(await reported(work.folder, args)).toMatchObject({ code: 0 })
})
