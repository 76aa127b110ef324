/** Each control on a real host: failing, mended by --fix where a task can, and proven by a second audit. */
import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { controls } from '../../src/audit/registry.ts'
import type { AuditReport, ControlResult } from '../../src/model/audit.ts'
import type { AuditDocument } from '../../src/model/audit-since.ts'
import { auditDocumentSchema } from '../../src/model/audit-since.ts'
import { cli, workFolder } from './support/cli.ts'
import { withPairLab } from './support/pair-lab.ts'

const lab = withPairLab()
const work = workFolder()
afterAll(() => work.remove())

async function audit(...args: string[]): Promise<{ code: number | null; report: AuditDocument; stderr: string }> {
  const { code, stdout, stderr } = await cli(['audit', '-i', lab().inventoryFile, '--output', 'json', ...args], {
    cwd: work.folder,
  })
  if (stdout === '') throw new Error(`no report; exit code ${code}\n${stderr}`)
  return { code, report: auditDocumentSchema.parse(JSON.parse(stdout)), stderr }
}

function resultOf({ hosts }: AuditReport, host: string, control: string): ControlResult | undefined {
  return hosts.find(({ name }) => name === host)?.results.find((one) => one.control === control)
}

/** Shell texts for system-a. `mend`: what makes it pass where no task does. */
interface State {
  fail: string
  mend?: string
  /** Afterwards, for those that come next. */
  after?: string
  params?: object
}

const OTHER_FILE = '/etc/sysctl.d/50-other.conf'

/** No endpoints, and nobody who makes them on eth0. */
const CLEAR =
  'nmcli connection modify eth0 connection.mptcp-flags 0; nmcli device modify eth0 connection.mptcp-flags 0; ip mptcp endpoint flush'
const BY_HAND = `${CLEAR}; ip mptcp endpoint add 192.0.2.10 dev eth0 signal`

const ON = 'echo net.mptcp.enabled=1 >/etc/sysctl.d/90-mptcp.conf; sysctl -qw net.mptcp.enabled=1'
const MPTCPIZE = 'command -v mptcpize || { apt-get update && apt-get install -y mptcpize; } >/dev/null 2>&1'

const ENDPOINT_STATES: Readonly<Record<string, State>> = {
  'endpoints-persistent': { fail: BY_HAND, after: CLEAR },
  'nm-ownership': { fail: BY_HAND, after: CLEAR },
  'endpoints-declared': {
    fail: BY_HAND,
    mend: `nmcli connection modify eth0 connection.mptcp-flags 0x1e; nmcli device modify eth0 connection.mptcp-flags 0x1e`,
    after: CLEAR,
  },
  'endpoints-complete': { fail: CLEAR, after: CLEAR, params: { paths: ['192.0.2.0/24'], role: 'server' } },
  'source-routing': {
    fail: `${BY_HAND}; ip route add default dev wlan0 table 100; ip rule add from 192.0.2.10 lookup 100`,
    mend: 'ip rule del from 192.0.2.10 lookup 100',
    after: `ip route flush table 100; ${CLEAR}`,
  },
  'firewall-addresses': {
    fail: `${BY_HAND}; nft add table inet t; nft 'add chain inet t in { type filter hook input priority 0; }'; nft add rule inet t in ip daddr 192.0.2.10 tcp dport 8099 drop`,
    mend: 'nft flush chain inet t in; nft add rule inet t in ip daddr 192.0.2.10 tcp dport 8098 drop',
    after: `nft delete table inet t; ${CLEAR}`,
    params: { ports: [8099] },
  },
  'survives-reboot': {
    fail: `${ON}; ip mptcp limits set subflows 6`,
    after: CLEAR,
  },
  'vendor-units': {
    fail: `${MPTCPIZE}; printf '[Service]\\nExecStart=sleep 1000\\n' >/usr/lib/systemd/system/audited.service; systemctl daemon-reload; mptcpize enable audited`,
    mend: 'mptcpize disable audited',
    after: 'rm /usr/lib/systemd/system/audited.service; systemctl daemon-reload',
  },
}

const STATES: Readonly<Record<string, State>> = {
  'socket-allowed': { fail: 'sysctl -qw net.mptcp.enabled=0' },
  'enabled-running': { fail: 'sysctl -qw net.mptcp.enabled=0' },
  'enabled-persistent': { fail: 'rm -f /etc/sysctl.d/90-mptcp.conf' },
  'no-overriding-line': {
    fail: `echo net.mptcp.enabled=1 >/etc/sysctl.d/90-mptcp.conf; echo net.mptcp.enabled=0 >${OTHER_FILE}`,
    mend: `rm ${OTHER_FILE}`,
  },
  'sysctls-persistent': {
    fail: 'sysctl -qw net.mptcp.checksum_enabled=0; echo net.mptcp.checksum_enabled=1 >/etc/sysctl.d/90-mptcp.conf',
  },
  'limits-sufficient': { fail: 'ip mptcp limits set subflows 0', params: { subflows: 3 } },
  'limits-persistent': { fail: 'ip mptcp limits set subflows 5' },
  // Limits are restored at boot by now.
  'restore-unit': { fail: 'systemctl -q disable mptcp-fleet', mend: 'systemctl -q enable mptcp-fleet' },
  'limits-within-policy': { fail: 'ip mptcp limits set subflows 8', params: { subflows: 4 } },
  'checksum-policy': { fail: 'sysctl -qw net.mptcp.checksum_enabled=1' },
  'join-initial-address': { fail: 'sysctl -qw net.mptcp.allow_join_initial_addr_port=0' },
  'blackhole-back-off': { fail: 'sysctl -qw net.mptcp.blackhole_timeout=0' },
  'tools-supported': {
    fail: 'mv /usr/sbin/nft /usr/sbin/nft.away',
    mend: 'mv /usr/sbin/nft.away /usr/sbin/nft',
    params: { programs: ['ip', 'ss', 'nft'] },
  },
  'endpoint-device': {
    fail: 'ip mptcp endpoint flush; ip mptcp endpoint add 192.0.2.10 signal',
    mend: 'ip mptcp endpoint flush; ip mptcp endpoint add 192.0.2.10 dev eth0 signal',
  },
  'endpoint-roles': {
    fail: 'ip mptcp endpoint flush; ip mptcp endpoint add 192.0.2.10 dev eth0 signal subflow',
    mend: 'ip mptcp endpoint flush; ip mptcp endpoint add 192.0.2.10 dev eth0 signal',
  },
  'endpoint-capacity': {
    fail: 'ip mptcp endpoint flush; ip mptcp endpoint add 192.0.2.10 dev eth0 subflow; ip mptcp limits set subflows 0',
  },
  // Strict alone is no fault: the way back has to leave by another link.
  'rp-filter': {
    fail: `${BY_HAND}; ip route add default dev wlan0 table 100; ip rule add from 192.0.2.10 lookup 100; sysctl -qw net.ipv4.conf.eth0.rp_filter=1`,
    mend: 'ip rule del from 192.0.2.10 lookup 100',
    after: `ip route flush table 100; sysctl -qw net.ipv4.conf.eth0.rp_filter=0; ${CLEAR}`,
  },
  'arp-answers': {
    fail: 'ip address add 192.0.2.77/24 dev wlan0',
    mend: 'sysctl -qw net.ipv4.conf.all.arp_ignore=1',
    after: 'ip address del 192.0.2.77/24 dev wlan0; sysctl -qw net.ipv4.conf.all.arp_ignore=0',
  },
  'mptcpd-off': {
    fail: "printf '[Service]\\nExecStart=sleep 1000\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/mptcp.service; systemctl -q daemon-reload; systemctl -q enable --now mptcp",
    after: 'rm /etc/systemd/system/mptcp.service; systemctl daemon-reload',
  },
  'listeners-mptcp': {
    fail: 'systemd-run -q --unit=audited python3 -m http.server 8099 && sleep 1',
    mend: 'systemctl stop audited; systemd-run -q --unit=audited mptcpize run python3 -m http.server 8099 && sleep 1',
    after: 'systemctl stop audited',
    params: { ports: [8099] },
  },
  'path-manager': { fail: 'sysctl -qw net.mptcp.pm_type=1' },
  'endpoint-address': {
    fail: 'ip mptcp endpoint flush; ip mptcp endpoint add 203.0.113.77 signal',
    mend: 'ip mptcp endpoint flush; ip mptcp endpoint add 192.0.2.10 dev eth0 signal',
  },
  ...ENDPOINT_STATES,
}

const PAIRS = 'has its states in audit-pairs.slow.test.ts'

/** What no host of the lab can be made to be. */
const NOT_HERE: Readonly<Record<string, string>> = {
  'kernel-built': 'the machine has one kernel, which has MPTCP',
  'kernel-supported': 'the machine has one kernel',
  scheduler: 'the kernel has one scheduler',
  'no-fallback': 'needs a transfer: see status.test.ts, which reads the same fact',
  'selinux-denials': 'its kernel has no SELinux: see test/cases/audit/selinux-denials.yml',
  'joins-succeed': 'needs a network that drops joins: see diagnosis.slow.test.ts, which reads the same counters',
  'pair-enabled': PAIRS,
  'pair-limits': PAIRS,
  'pair-checksum': PAIRS,
  'path-mtu': PAIRS,
  'paths-carried-bytes': PAIRS,
  'applied-drift': PAIRS,
}

test('each control has a state of the lab, or a reason why not', () => {
  expect([...Object.keys(STATES), ...Object.keys(NOT_HERE)].toSorted()).toEqual([...controls.keys()].toSorted())
})

describe.each(Object.entries(STATES))('%s', (id, { fail, mend, after, params = {} }) => {
  test('fails, is mended, passes', async () => {
    const text = JSON.stringify({ name: 'one', title: 'One', controls: { [id]: { params } } })
    const profile = work.write(`${id}.yml`, text)
    await lab().exec('system-a', fail)
    const failing = await audit('--profile', profile, '-l', 'system-a')
    expect([failing.code, resultOf(failing.report, 'system-a', id)]).toMatchObject([2, { status: 'fail' }])
    if (mend === undefined) {
      const fixed = await audit('--profile', profile, '-l', 'system-a', '--fix', '--yes')
      expect([fixed.code, resultOf(fixed.report, 'system-a', id)], fixed.stderr).toMatchObject([0, { status: 'pass' }])
    } else {
      expect(resultOf(failing.report, 'system-a', id)?.remedy).toBeNull()
      await lab().exec('system-a', mend)
    }
    const passing = await audit('--profile', profile, '-l', 'system-a')
    expect([passing.code, resultOf(passing.report, 'system-a', id)]).toMatchObject([0, { status: 'pass' }])
    if (after !== undefined) await lab().exec('system-a', after)
  })
})

test('check mode shows what --fix would do and changes nothing; a waiver counts until it expires', async () => {
  await lab().exec('system-a', 'ip mptcp limits set subflows 0')
  const three = '{ limits-sufficient: {}, limits-persistent: {}, path-manager: {} }'
  const profile = work.write('three.yml', `name: three\ntitle: Three\ncontrols: ${three}\n`)
  const args = ['-l', 'system-a', '--profile', profile]
  const shown = await cli(['audit', '-i', lab().inventoryFile, ...args, '--fix', '--check'], { cwd: work.folder })
  expect(shown.stdout).toContain('limits/subflows: 0 → 1')
  expect((await lab().exec('system-a', 'ip mptcp limits')).stdout).toContain('subflows 0')
  const waiver = (expires: string): string =>
    work.write(
      'waivers.yml',
      `waivers:
  - { control: limits-sufficient, hosts: system-a, owner: ops, reason: one path only, expires: ${expires} }
  - { control: limits-persistent, hosts: all, owner: ops, reason: to be done, expires: 2999-01-01 }
  - { control: path-manager, hosts: all, owner: ops, reason: none, expires: 2999-01-01 }
`,
    )
  const waived = await audit(...args, '--waivers', waiver('2999-01-01'))
  expect([waived.code, waived.report.waivers.map(({ state }) => state)]).toEqual([0, ['active', 'active', 'unused']])
  const expired = await audit(...args, '--waivers', waiver('2026-01-01'))
  expect([expired.code, expired.report.waivers.map(({ state }) => state)]).toEqual([2, ['expired', 'active', 'unused']])
  expect(waived.report.diagnostics.map(({ code }) => code)).toEqual(['unused-waiver'])
  expect((await audit(...args, '--fail-on', 'critical')).code).toBe(0)
})

test('a control of one’s own is held against what the host says', async () => {
  const own = {
    title: 'The clock is kept',
    rationale: 'Logs compare only where clocks agree.',
    severity: 'low',
    facts: { clock: 'unit/kept.service', sysctl: 'sysctl' },
    expression: "clock.active == 'active' and sysctl | length > 1",
  }
  const profile = work.write('own.yml', JSON.stringify({ name: 'o', title: 'O', controls: { clock: own } }))
  const failing = await audit('--profile', profile, '-l', 'system-a')
  expect([failing.code, resultOf(failing.report, 'system-a', 'clock')?.status]).toEqual([2, 'fail'])
  await lab().exec('system-a', 'systemd-run -q --unit=kept sleep 1000')
  const passing = await audit('--profile', profile, '-l', 'system-a')
  expect([passing.code, resultOf(passing.report, 'system-a', 'clock')?.status]).toEqual([0, 'pass'])
  await lab().exec('system-a', 'systemctl stop kept')
})

test('that what runs outlasts a reboot is proven by one, and not before', async () => {
  const profile = work.write(
    'proven.yml',
    'name: p\ntitle: P\ncontrols: { survives-reboot: { required: true, params: { proven: true } } }\n',
  )
  await lab().exec('system-a', ON)
  const before = await audit('--profile', profile, '-l', 'system-a', '--fix', '--yes')
  expect([before.code, resultOf(before.report, 'system-a', 'survives-reboot')]).toMatchObject([
    2,
    { status: 'not-tested', failing: true },
  ])
  // Files have whole seconds, and the boot is counted from the second before.
  await lab().exec('system-a', 'sleep 2')
  await lab().reboot('system-a')
  const proven = await audit('--profile', profile, '-l', 'system-a', '--fix', '--yes')
  expect(proven.stderr).toContain('nothing fails that could be mended')
  expect([proven.code, resultOf(proven.report, 'system-a', 'survives-reboot')]).toMatchObject([
    0,
    { status: 'pass', reason: 'proven: the host has booted since its files last changed' },
  ])
})

test('one exec a host; a host that is away is unreachable, and code 4 unless something fails', async () => {
  await lab().exec('system-b', 'systemctl stop ssh.socket ssh.service')
  try {
    const { code, report } = await audit('--fail-on', 'critical')
    expect([code, report.hosts.map(({ name, status }) => [name, status])]).toEqual([
      4,
      expect.arrayContaining([['system-b', 'unreachable']]),
    ])
    const results = report.hosts.find(({ name }) => name === 'system-b')!.results
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['unreachable']))
  } finally {
    await lab().exec('system-b', 'systemctl start ssh')
  }
})

test('what changed since the audit before is part of the report, and of nothing else that is printed', async () => {
  const profile = work.write('since.yml', 'name: since\ntitle: t\ncontrols: { enabled-running: {} }\n')
  await lab().exec('system-a', 'sysctl -qw net.mptcp.enabled=1')
  const first = await audit('--profile', profile, '--limit', 'system-a')
  expect(first.report.since).toBeUndefined()
  await lab().exec('system-a', 'sysctl -qw net.mptcp.enabled=0')
  const files = ['.json', '.html', '.md'].map((ending) => `${work.folder}/since${ending}`)
  const { report, stderr } = await audit(
    ...['--profile', profile, '--limit', 'system-a', '--since', 'last'],
    ...files.flatMap((file) => ['--report', file]),
  )
  await lab().exec('system-a', 'sysctl -qw net.mptcp.enabled=1')
  expect(report.since).toMatchObject({
    earlier: { runId: first.report.runId },
    newlyFailing: [{ host: 'system-a', control: 'enabled-running', was: 'pass' }],
    drifted: [{ host: 'system-a', fact: 'sysctl/net.mptcp.enabled', before: '1', after: '0' }],
  })
  expect(stderr).not.toContain('newly failing')
  for (const file of files) expect(readFileSync(file, 'utf8')).toMatch(/newly ?failing/i)
})
