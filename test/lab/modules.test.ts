/** Every module on real hosts: plan, apply, verify, apply again changes nothing, and the run's undo restores. */
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modules } from '../../src/modules/registry.ts'
import { reported, workFolder } from './support/cli.ts'
import { withPairLab } from './support/pair-lab.ts'
import { undoRun } from './support/undo.ts'

const lab = withPairLab()
const work = workFolder()
afterAll(() => work.remove())

/** Everything on a host that modules may change, as text. */
const STATE = `
sysctl -a 2>/dev/null | grep '^net.mptcp' | grep -v available
ip mptcp limits
ip mptcp endpoint | sed 's/ id [0-9]*//' | sort
for c in $(nmcli -t -f uuid connection show | sort); do nmcli -t -f connection.id,connection.mptcp-flags connection show $c; done
dpkg-query -W -f '\${Package} \${Status}\\n' mptcpize mptcpd 2>/dev/null | grep ' installed'
systemctl list-unit-files --state=enabled --no-legend
find /etc /usr/local -xdev ! -path '/etc/NetworkManager/system-connections/*' ! -name .updated ! -name 'ld.so.cache*' -printf '%p %y %m %u %g\\n' | sort
find /etc/sysctl.d /etc/sysctl.conf /etc/systemd/system /usr/local -xdev -type f -exec sha256sum {} + 2>/dev/null | sort
`

async function state(): Promise<Record<string, string>> {
  const hosts = lab().hosts.map((host) => host.name)
  const outputs = await Promise.all(hosts.map((host) => lab().exec(host, STATE)))
  return Object.fromEntries(hosts.map((host, index) => [host, outputs[index]!.stdout]))
}

interface Case {
  module: string
  name: string
  params: Record<string, unknown>
  /** Hosts of the play; both unless given. */
  hosts?: string
  /** A shell line that must succeed on this host after apply. */
  shows: [string, string][]
  /** A shell line to run on both hosts before, and one after. */
  prepare?: string
  restore?: string
}

const cases: Case[] = [
  {
    module: 'mptcp_tools',
    name: 'installs mptcpize',
    params: {},
    shows: [['system-a', 'mptcpize --help']],
  },
  {
    module: 'mptcp_enabled',
    name: 'enables, and keeps it over a boot',
    params: {},
    shows: [
      [
        'system-a',
        'test "$(sysctl -n net.mptcp.enabled)" = 1 && grep -qx "net.mptcp.enabled = 1" /etc/sysctl.d/90-mptcp.conf',
      ],
    ],
  },
  {
    module: 'mptcp_enabled',
    name: 'comments out a later line that overrides',
    prepare: 'echo "net.mptcp.enabled=0" >/etc/sysctl.d/99-local.conf',
    restore: 'rm /etc/sysctl.d/99-local.conf',
    params: {},
    shows: [['system-a', '! grep -q "^net.mptcp.enabled" /etc/sysctl.d/99-local.conf']],
  },
  {
    module: 'mptcp_enabled',
    name: 'running value only',
    params: { persist: false },
    shows: [['system-a', 'test "$(sysctl -n net.mptcp.enabled)" = 1 && ! test -e /etc/sysctl.d/90-mptcp.conf']],
  },
  {
    module: 'mptcp_limits',
    name: 'sets and persists limits',
    params: { subflows: 4, add_addr_accepted: 3 },
    shows: [
      ['system-a', 'ip mptcp limits | grep -q "add_addr_accepted 3 subflows 4"'],
      [
        'system-a',
        'systemctl is-enabled mptcp-fleet.service && grep -qx "limits subflows 4 add_addr_accepted 3" /usr/local/libexec/mptcp-fleet/restore',
      ],
    ],
  },
  {
    module: 'mptcp_limits',
    name: 'sets limits for now only',
    params: { subflows: 8, persist: false },
    shows: [['system-b', 'ip mptcp limits | grep -q "subflows 8" && ! test -e /usr/local/libexec/mptcp-fleet']],
  },
  {
    module: 'mptcp_endpoints',
    name: 'adds an endpoint that NetworkManager owns',
    params: { endpoints: [{ address: '192.0.2.10', flags: ['signal'] }] },
    hosts: 'system-a',
    shows: [
      ['system-a', 'ip mptcp endpoint | grep -q "192.0.2.10 .*signal.* dev eth0"'],
      ['system-a', 'nmcli -g connection.mptcp-flags connection show eth0 | grep -qi "0x1e"'],
    ],
  },
  {
    module: 'mptcp_endpoints',
    name: 'adds kernel endpoints with id and port, past NetworkManager',
    params: {
      endpoints: [
        { address: '192.0.2.10', flags: ['subflow', 'backup'], id: 7 },
        { address: '198.51.100.10', flags: ['signal'], port: 8443 },
      ],
    },
    // The kernel opens an MPTCP listener for an endpoint with a port.
    prepare: 'sysctl -w net.mptcp.enabled=1',
    restore: 'sysctl -w net.mptcp.enabled=0',
    hosts: 'system-a',
    shows: [
      ['system-a', 'ip mptcp endpoint | grep -q "192.0.2.10 id 7 subflow backup dev eth0"'],
      ['system-a', 'ip mptcp endpoint | grep -q "198.51.100.10 port 8443 id [0-9]* signal dev wlan0"'],
      ['system-a', 'grep -q "^endpoint 192.0.2.10 id 7 dev eth0" /usr/local/libexec/mptcp-fleet/restore'],
    ],
  },
  {
    module: 'mptcp_endpoints',
    name: 'exact: removes what is not listed',
    prepare: 'ip mptcp endpoint add 203.0.113.9 signal',
    restore:
      "ip mptcp endpoint | sed -n 's/203.0.113.9 id \\([0-9]*\\) .*/\\1/p' | xargs -r ip mptcp endpoint delete id",
    params: { endpoints: [], exact: true },
    shows: [['system-a', 'test -z "$(ip mptcp endpoint)"']],
  },
  {
    module: 'mptcp_pair',
    name: 'pairs both hosts',
    params: { server: 'system-b', client: 'system-a' },
    shows: [
      ['system-b', 'test "$(ip mptcp endpoint | grep -c signal)" = 2'],
      ['system-a', 'ip mptcp limits | grep -q "add_addr_accepted 1"'],
    ],
  },
]

const playbook = (item: Case): string =>
  work.write(
    'case.yml',
    JSON.stringify([
      { hosts: item.hosts ?? 'all', become: true, tasks: [{ name: item.name, [item.module]: item.params }] },
    ]),
  )

const changesOf = (report: Awaited<ReturnType<typeof reported>>['report']): number =>
  report.hosts.flatMap((host) => host.changes).length

describe.each(cases)('$module: $name', (item) => {
  beforeAll(async () => {
    if (item.prepare !== undefined) for (const host of lab().hosts) await lab().exec(host.name, item.prepare)
  })
  afterAll(async () => {
    if (item.restore !== undefined) for (const host of lab().hosts) await lab().exec(host.name, item.restore)
  })

  test('plan, apply, verify, again, undo', async () => {
    const before = await state()
    const args = ['-i', lab().inventoryFile, playbook(item)]
    const planned = await reported(work.folder, ['plan', ...args, '--detailed-exitcode'])
    expect(planned.code, planned.stdout + planned.stderr).toBe(3)
    expect(await state()).toEqual(before)

    const applied = await reported(work.folder, ['apply', ...args, '--yes'])
    expect(applied.code, applied.stdout + applied.stderr).toBe(0)
    expect(changesOf(applied.report)).toBe(changesOf(planned.report))
    for (const [host, line] of item.shows) expect(await lab().exec(host, line), line).toMatchObject({ rc: 0 })

    const again = await reported(work.folder, ['apply', ...args, '--yes'])
    expect({ code: again.code, changes: changesOf(again.report) }).toEqual({ code: 0, changes: 0 })
    expect(again.report.hosts.map((host) => host.metrics.execs)).toEqual(again.report.hosts.map(() => 1))

    await undoRun(work.folder, applied.report.runId, lab().inventoryFile)
    expect(await state()).toEqual(before)
  })
})

test('mptcp_available changes nothing and says what there is', async () => {
  const before = await state()
  const file = work.write('available.yml', '- hosts: all\n  tasks:\n    - mptcp_available: {}\n')
  const { code, report } = await reported(work.folder, ['apply', '-i', lab().inventoryFile, file, '--yes'])
  expect({ code, changes: changesOf(report) }).toEqual({ code: 0, changes: 0 })
  expect(await state()).toEqual(before)
})

test('every module has a case here, or a test of its own', () => {
  const elsewhere = [
    'mptcp_available',
    'mptcp_test',
    'nm_connection',
    'mptcp_service',
    'mptcp_sysctl',
    'command',
    'shell',
    'script',
    'audit',
  ]
  const others = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'))
  const texts = others.map((name) => readFileSync(path.join(import.meta.dirname, name), 'utf8')).join('\n')
  for (const name of elsewhere) expect(texts).toMatch(new RegExp(`\\b${name}:`))
  expect([...new Set([...cases.map((item) => item.module), ...elsewhere])].toSorted()).toEqual(
    [...modules.keys()].toSorted(),
  )
})
