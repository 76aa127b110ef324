/** An audit of a fleet of any size, with all controls that there are: what fails, where and why differs from host to host. */
import { auditedControls } from '../../src/audit/evaluate.ts'
import { controls as registry } from '../../src/audit/registry.ts'
import type { AuditHost, AuditReport, AuditedControl, ControlResult, PastTest } from '../../src/model/audit.ts'
import { isFailing } from '../../src/model/audit-status.ts'

const GROUPS = ['web', 'edge', 'storage', 'paris', 'oslo']
const STATUSES = ['fail', 'not-tested', 'error', 'not-applicable', 'waived'] as const

/** Built-in controls, and copies of them until there are so many. */
function controlsOf(number: number): AuditedControl[] {
  const all = [...registry.values()].map((control) => ({
    control,
    severity: control.severity,
    params: control.params.parse({}) as unknown,
    required: false,
  }))
  const known = auditedControls({ controls: all })
  return Array.from({ length: number }, (_, index) => {
    const control = known[index % known.length]!
    return index < known.length ? control : { ...control, id: `${control.id}-${Math.floor(index / known.length) + 1}` }
  })
}

/** The same each time: a number from 0 to 1 for each seed. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

export function auditFleet(size: number, controlCount: number): AuditReport {
  const next = random(7)
  const controls = controlsOf(controlCount)
  const hosts = Array.from({ length: size }, (_, index) => hostOf(index, controls, next))
  return {
    schemaVersion: 1,
    command: 'audit',
    generator: { name: 'mptcp-fleet', version: '1.2.3', account: 'auditor@laptop' },
    runId: '20260102T030405Z-1a2b3c',
    pattern: 'all',
    profile: { name: 'baseline', title: 'What every host should be', hash: 'ab'.repeat(32) },
    failOn: 'low',
    inventoryHash: 'sha256:0',
    startedAt: '2026-01-30T03:04:05.000Z',
    endedAt: '2026-01-30T03:09:15.500Z',
    exitCode: 2,
    controls,
    commands: Object.fromEntries(
      controls.flatMap(({ facts }) => facts.map((key) => [key, `cat /proc/${key}; ip mptcp limits`])),
    ),
    hosts,
    waivers: [
      {
        control: controls[0]!.id,
        hosts: 'web*',
        owner: 'ops',
        reason: 'is being replaced',
        expires: '2026-12-31',
        state: 'active',
      },
      {
        control: controls[1]!.id,
        hosts: 'edge',
        owner: 'ops',
        reason: 'no longer there',
        expires: '2025-12-31',
        state: 'expired',
      },
    ],
    tests: Array.from({ length: Math.min(40, Math.floor(size / 2)) }, (_, index) =>
      testOf(hosts[2 * index]!, hosts[2 * index + 1]!, index),
    ),
    trend: Array.from({ length: 28 }, (_, day) => ({
      runId: `run-${day}`,
      startedAt: `2026-01-${String(day + 1).padStart(2, '0')}T03:00:00.000Z`,
      hosts: size,
      score: Math.round((70 + day * 0.8 + next() * 3) * 10) / 10,
      failing: {
        critical: Math.floor(size * 0.02 * next()),
        high: Math.floor(size * (0.3 - day / 120)),
        medium: Math.floor(size * 0.1 * next()),
        low: Math.floor(size * 0.05),
      },
      controls: Object.fromEntries(controls.map(({ id }) => [id, Math.floor(size * 0.1 * next())])),
      groups: Object.fromEntries(GROUPS.map((name) => [name, Math.floor(100 * next())])),
    })),
    // As many audits as a report has at most, each host's score going its own way.
    hostScores: Object.fromEntries(hosts.map(({ name }) => [name, scoresOf(28, next)])),
    diagnostics: [],
  }
}

function scoresOf(audits: number, next: () => number): number[] {
  let score = 60 + Math.floor(40 * next())
  return Array.from({ length: audits }, () => (score = next() < 0.2 ? Math.floor(1000 * next()) / 10 : score))
}

function hostOf(index: number, controls: readonly AuditedControl[], next: () => number): AuditHost {
  const name = `${GROUPS[index % 3]!}${index}.example.net`
  const address = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`
  const groups = [GROUPS[index % 3]!, GROUPS[3 + (index % 2)]!]
  const base = { name, address, groups }
  if (next() < 0.01) {
    const reason = 'it did not answer within 10 s'
    const error = { code: 'timeout', summary: reason, detail: '', hint: 'is it switched on?' }
    const results = controls.map((control) => resultOf(control, 'unreachable', reason, null))
    return { ...base, status: 'unreachable', error, results }
  }
  const isWorse = next() < 0.1
  const results = controls.map((control, at) => {
    const isBad = next() < (isWorse ? 0.35 : 0.03) + (at % 11 === 4 && index % 3 === 1 ? 0.6 : 0)
    const status = isBad ? STATUSES[at % 11 === 4 ? 0 : Math.floor(next() ** 2 * STATUSES.length)]! : 'pass'
    // Counters and addresses are a host's own; most else is the same everywhere.
    const own = at % 4 === 0 ? `${address} of eth0, ${Math.floor(next() * 1e9)} bytes` : at % 4
    return resultOf(control, status, status === 'pass' ? 'as wished' : `is ${own}, wanted ${at % 7}`, own)
  })
  return { ...base, status: 'ok', error: null, results }
}

function resultOf(
  { id, required, facts }: AuditedControl,
  status: ControlResult['status'],
  reason: string,
  value: unknown,
): ControlResult {
  return {
    control: id,
    status,
    failing: isFailing(status, required),
    reason,
    evidence:
      value === null
        ? []
        : facts.map((fact) => ({
            kind: 'running',
            fact: `${fact}/${id}`,
            value,
            where: '/etc/sysctl.d/90-mptcp.conf:3',
          })),
    remedy: status === 'fail' ? { module: 'mptcp_enabled', params: { state: 'enabled', persist: true } } : null,
    waiver: status === 'waived' ? 0 : null,
  }
}

function testOf(server: AuditHost, client: AuditHost, index: number): PastTest {
  const isWell = index % 5 > 0
  const shares = isWell ? [0.62, 0.38] : [1, 0]
  return {
    server: server.name,
    client: client.name,
    verdict: isWell ? 'pass' : 'fail',
    reasons: isWell ? [] : ['the path over wlan0 carried 0 % of the bytes, wanted are 10 %'],
    bytes: 67_108_864,
    durationMs: 2910,
    checksumOk: true,
    subflows: shares.map((share, path) => ({
      clientAddress:
        path === 0 ? `192.0.2.${index + 1}` : `2001:db8:1234:5678:9abc:def0:1234:${(index + 1).toString(16)}`,
      clientDevice: path === 0 ? 'eth0' : 'wlan0',
      serverAddress:
        path === 0 ? `192.0.2.${index + 101}` : `2001:db8:1234:5678:9abc:def0:1234:${(index + 101).toString(16)}`,
      serverDevice: path === 0 ? 'eth0' : 'wlan0',
      backup: index % 7 === 3 && path === 1,
      bytes: Math.round(67_108_864 * share),
      share,
    })),
    runId: '20260128T101112Z-aabbcc',
    testedAt: '2026-01-28T10:11:12.000Z',
  }
}
