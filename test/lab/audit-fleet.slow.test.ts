/** A fleet of twelve hosts with twenty planted faults: exactly what they break is found, and nothing else. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseTopology } from '../../src/lab/topology-parse.ts'
import type { AuditReport } from '../../src/model/audit.ts'
import { auditReportSchema } from '../../src/model/audit.ts'
import { RESTORE_SCRIPT_PATH } from '../../src/mptcp/restore-script.ts'
import { cli, workFolder } from './support/cli.ts'
import { withLab } from './support/pair-lab.ts'

const lab = withLab(
  parseTopology(
    `
hosts:
  server: { kind: light, count: 4 }
  client: { kind: light, count: 8 }
links:
  eth0: { hosts: { server: 192.0.2.10/24, client: 192.0.2.101/24 } }
  eth1: { hosts: { server: 198.51.100.10/24, client: 198.51.100.101/24 } }
`,
    'fleet.yml',
  ),
)
const work = workFolder()
afterAll(() => work.remove())

/** Each server with its clients. */
const PAIRS: Readonly<Record<string, readonly string[]>> = {
  'server-01': ['client-01', 'client-02'],
  'server-02': ['client-03', 'client-04'],
  'server-03': ['client-05', 'client-06'],
  'server-04': ['client-07', 'client-08'],
}

interface Fault {
  host: string
  /** Shell text. */
  plant: string
  /** Controls that it breaks on this host. */
  breaks: readonly string[]
  /** On the other ends of its pairs. */
  elsewhere?: Readonly<Record<string, readonly string[]>>
}

/** A setting of which no file says anything is another one after a boot. */
const BY_HAND = ['sysctls-persistent', 'survives-reboot']

const FAULTS: readonly Fault[] = [
  {
    host: 'server-01',
    plant: 'sysctl -qw net.mptcp.checksum_enabled=1',
    breaks: ['checksum-policy', ...BY_HAND, 'pair-checksum'],
    elsewhere: { 'client-01': ['pair-checksum'], 'client-02': ['pair-checksum'] },
  },
  {
    host: 'server-01',
    plant:
      'sysctl -qw net.ipv4.conf.eth1.rp_filter=1; ip route add default dev eth0 table 100; ip rule add from 198.51.100.10 lookup 100',
    breaks: ['rp-filter', 'source-routing'],
  },
  {
    host: 'client-01',
    plant: 'rm /etc/sysctl.d/90-mptcp.conf',
    breaks: ['enabled-persistent', 'survives-reboot', 'applied-drift'],
  },
  { host: 'client-01', plant: 'sysctl -qw net.mptcp.blackhole_timeout=0', breaks: ['blackhole-back-off', ...BY_HAND] },
  {
    host: 'client-02',
    plant: 'ip link set eth1 mtu 1400',
    breaks: ['path-mtu'],
    elsewhere: { 'server-01': ['path-mtu'] },
  },
  {
    host: 'client-02',
    plant: 'sysctl -qw net.mptcp.allow_join_initial_addr_port=0',
    breaks: ['join-initial-address', ...BY_HAND],
  },
  {
    host: 'server-02',
    plant: 'ip mptcp limits set subflows 0',
    breaks: ['limits-sufficient', 'limits-persistent', 'survives-reboot', 'pair-limits'],
  },
  {
    host: 'server-02',
    plant: 'echo net.mptcp.enabled=0 >/etc/sysctl.d/95-other.conf',
    breaks: ['enabled-persistent', 'no-overriding-line', 'sysctls-persistent', 'survives-reboot'],
  },
  { host: 'client-03', plant: 'sysctl -qw net.mptcp.pm_type=1', breaks: ['path-manager', ...BY_HAND] },
  {
    host: 'client-03',
    plant: `echo '# by hand' >>${RESTORE_SCRIPT_PATH}`,
    breaks: ['restore-unit', 'survives-reboot', 'applied-drift'],
  },
  {
    host: 'client-04',
    plant: 'systemctl -q disable mptcp-fleet',
    breaks: ['restore-unit', 'limits-persistent', 'survives-reboot', 'applied-drift'],
  },
  { host: 'client-04', plant: 'ip mptcp endpoint add 192.0.2.104 subflow', breaks: ['endpoint-device'] },
  { host: 'server-03', plant: 'ip mptcp endpoint add 203.0.113.77 signal', breaks: ['endpoint-address'] },
  {
    host: 'server-03',
    plant: 'echo net.mptcp.checksum_enabled=1 >/etc/sysctl.d/50-other.conf',
    breaks: ['sysctls-persistent', 'survives-reboot'],
  },
  {
    host: 'client-05',
    plant: 'sysctl -qw net.mptcp.enabled=0',
    breaks: ['socket-allowed', 'enabled-running', 'sysctls-persistent', 'pair-enabled', 'applied-drift'],
  },
  {
    host: 'client-06',
    plant: 'ip mptcp limits set add_addr_accepted 0',
    breaks: ['limits-persistent', 'survives-reboot', 'pair-limits', 'applied-drift'],
  },
  { host: 'client-06', plant: 'ip address add 192.0.2.177/24 dev eth1', breaks: ['arp-answers'] },
  { host: 'client-07', plant: 'mv /usr/sbin/nft /usr/sbin/nft.away', breaks: ['tools-supported'] },
  {
    host: 'client-08',
    plant: 'ip mptcp endpoint add 192.0.2.108 dev eth0 signal subflow',
    breaks: ['endpoint-roles'],
  },
  {
    host: 'server-04',
    plant: 'ip mptcp limits set subflows 8',
    breaks: ['limits-within-policy', 'limits-persistent', 'survives-reboot'],
  },
]

const PROFILE = JSON.stringify({
  name: 'fleet',
  title: 'Fleet',
  extends: 'baseline',
  controls: {
    'tools-supported': { params: { programs: ['ip', 'ss', 'nft'] } },
    'limits-within-policy': { params: { subflows: 4 } },
  },
  pairs: Object.entries(PAIRS).flatMap(([server, clients]) => clients.map((client) => ({ server, client }))),
})

async function audit(): Promise<AuditReport> {
  const args = ['audit', '-i', lab().inventoryFile, '--profile', 'fleet.yml', '--output', 'json']
  const { code, stdout, stderr } = await cli(args, { cwd: work.folder })
  if (stdout === '') throw new Error(`no report; exit code ${code}\n${stderr}`)
  return auditReportSchema.parse(JSON.parse(stdout))
}

function failing({ hosts }: AuditReport): string[] {
  const all = hosts.flatMap(({ name, results }) =>
    results.flatMap(({ control, failing: isFailing }) => (isFailing ? [`${name} ${control}`] : [])),
  )
  return all.toSorted()
}

beforeAll(async () => {
  work.write('fleet.yml', PROFILE)
  const pairs = Object.entries(PAIRS).map(([server, client]) => ({ mptcp_pair: { server, client } }))
  const playbook = work.write('site.yml', JSON.stringify([{ hosts: 'all', tasks: [{ mptcp_enabled: {} }, ...pairs] }]))
  const applied = await cli(['apply', '-i', lab().inventoryFile, playbook, '--yes'], { cwd: work.folder })
  expect(applied.code, applied.stdout + applied.stderr).toBe(0)
})

test('before the faults nothing fails, and every host is read', async () => {
  const report = await audit()
  expect([failing(report), report.exitCode, report.hosts.length]).toEqual([[], 0, 12])
})

test('twenty faults are found on the hosts that have them, and nothing else', async () => {
  expect(FAULTS).toHaveLength(20)
  for (const { host, plant } of FAULTS) expect(await lab().exec(host, plant), plant).toMatchObject({ rc: 0 })
  const report = await audit()
  const expected = FAULTS.flatMap(({ host, breaks, elsewhere = {} }) => [
    ...breaks.map((control) => `${host} ${control}`),
    ...Object.entries(elsewhere).flatMap(([other, controls]) => controls.map((control) => `${other} ${control}`)),
  ])
  expect(failing(report)).toEqual([...new Set(expected)].toSorted())
  expect(report.exitCode).toBe(2)
})
