/** An audit as data: every status, waivers of each state, a host that was not read, and texts of hosts that want to be more. */
import { auditedControls } from '../../../src/audit/evaluate.ts'
import { controls as registry } from '../../../src/audit/registry.ts'
import type { AuditedControl, AuditHost, AuditReport, ControlResult, Severity } from '../../../src/model/audit.ts'
import { SEVERITIES } from '../../../src/model/audit.ts'
import type { AuditDocument } from '../../../src/model/audit-since.ts'
import { auditDocumentSchema } from '../../../src/model/audit-since.ts'
import { trial } from '../sample.ts'

/** Markup, formulas, escapes and separators of all formats at once. */
export const HOSTILE =
  '<script>alert(1)</script> =1+1;=2 "x" \'y\' | ` `` [a](http://x) \u001B[31m \u202E\r\n # {a="b"} \\ ]]> &amp; \uFFFE'

function control(id: string, severity: Severity, more: Partial<AuditedControl> = {}): AuditedControl {
  return {
    id,
    title: `${id} is as it should be`,
    rationale: `Why ${id} matters: it does.`,
    severity,
    nist: ['CM-6', 'CP-10 (2)'],
    references: ['RFC 8684', 'https://docs.kernel.org/networking/mptcp.html'],
    required: false,
    facts: ['sysctl'],
    ...more,
  }
}

export const controls = [
  control('enabled-running', 'critical'),
  control('enabled-persistent', 'high'),
  control('limits-sufficient', 'medium', { nist: ['SC-5'] }),
  control('no-fallback', 'low', { nist: [], required: true }),
]

export function result(of: string, more: Partial<ControlResult> = {}): ControlResult {
  return {
    control: of,
    status: 'pass',
    failing: false,
    reason: `${of} is well`,
    evidence: [{ kind: 'running', fact: `sysctl/${of}`, value: '1' }],
    remedy: null,
    waiver: null,
    ...more,
  }
}

export const failed: Partial<ControlResult> = {
  status: 'fail',
  failing: true,
  reason: 'net.mptcp.enabled is 0',
  evidence: [{ kind: 'persistent', fact: 'sysctl_persisted', value: { a: [0, -1] }, where: '/etc/sysctl.conf:3' }],
  remedy: { module: 'mptcp_enabled', params: { state: 'enabled', persist: true } },
}

export function host(name: string, results: ControlResult[], more: Partial<AuditHost> = {}): AuditHost {
  return { name, address: '203.0.113.7', groups: ['web'], status: 'ok', error: null, results, ...more }
}

const unread: Partial<ControlResult> = { status: 'unreachable', reason: 'it refused the connection', evidence: [] }

export const hosts: AuditHost[] = [
  host(
    'good',
    controls.map(({ id }) => result(id)),
  ),
  host('bad', [
    result('enabled-running', failed),
    result('enabled-persistent', { ...failed, status: 'waived', failing: false, waiver: 0 }),
    result('limits-sufficient', { status: 'error', failing: true, reason: 'limits was not read', evidence: [] }),
    result('no-fallback', { status: 'not-tested', failing: true, reason: 'no connection yet', evidence: [] }),
  ]),
  host('idle', [
    result('enabled-running', failed),
    result('enabled-persistent', { status: 'not-applicable', reason: 'it has no disk' }),
    result('limits-sufficient', { status: 'not-tested', reason: 'nothing seen', evidence: [] }),
    result('no-fallback'),
  ]),
  host(
    'gone',
    controls.map(({ id }) => result(id, unread)),
    {
      status: 'unreachable',
      error: {
        code: 'refused',
        summary: 'it refused the connection',
        detail: 'ECONNREFUSED',
        hint: 'is sshd running?',
      },
    },
  ),
]

export function auditReport(more: Partial<AuditDocument> = {}): AuditDocument {
  return auditDocumentSchema.parse({
    schemaVersion: 1,
    command: 'audit',
    generator: { name: 'mptcp-fleet', version: '1.2.3', account: 'auditor@laptop' },
    runId: '20260102T030405Z-1a2b3c',
    pattern: 'all',
    profile: { name: 'baseline', title: 'What every host should be', hash: 'ab'.repeat(32) },
    failOn: 'low',
    inventoryHash: 'sha256:0',
    startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: '2026-01-02T03:04:15.500Z',
    exitCode: 2,
    controls,
    commands: { sysctl: 'sysctl -a' },
    hosts,
    waivers: [
      waiver('enabled-persistent', 'bad', 'active'),
      waiver('no-fallback', 'web*', 'unused'),
      waiver('enabled-running', 'bad', 'expired'),
    ],
    tests: [
      {
        ...trial,
        server: 'good',
        client: 'bad',
        runId: '20260101T000000Z-0f0f0f',
        testedAt: '2026-01-01T00:00:00.000Z',
      },
    ],
    trend: [
      point('20251230T030405Z-1a2b3c', '2025-12-30T03:04:05.000Z', null),
      point('20251231T030405Z-1a2b3c', '2025-12-31T03:04:05.000Z', 40),
    ],
    hostScores: { good: [100, 87.5], bad: [null, 30], gone: [1, 2] },
    diagnostics: [
      { severity: 'warning', code: 'unused-waiver', summary: 'it covers nothing', detail: '', hint: '', source: null },
    ],
    ...more,
  } satisfies AuditDocument)
}

const ONE = { host: 'bad', control: 'enabled-running', severity: 'critical', reason: 'it is 0' } as const

/** What changed since an earlier audit: one of each kind. */
export const SINCE: NonNullable<AuditDocument['since']> = {
  earlier: {
    runId: '20251231T030405Z-1a2b3c',
    command: 'audit',
    startedAt: '2025-12-31T03:04:05.000Z',
    pattern: 'web*',
    profile: 'baseline',
  },
  notes: ['Hosts of the later audit alone: new.'],
  newlyFailing: [
    { ...ONE, was: 'waived' },
    { ...ONE, host: 'idle', was: 'waived' },
  ],
  failingUncompared: [{ ...ONE, host: 'new' }],
  fixed: [{ ...ONE, control: 'no-fallback', reason: '2 fell back' }],
  noLongerFailing: [{ ...ONE, control: 'enabled-persistent', status: 'waived' }],
  stillFailing: [{ ...ONE, control: 'limits-sufficient', since: '2025-12-01T03:04:05.000Z' }],
  drifted: [{ host: 'bad', fact: 'limits/subflows', before: 2, after: 0, lastSeen: '2025-12-31T03:04:05.000Z' }],
  uncompared: {
    hosts: { onlyEarlier: [], onlyLater: ['new'], unread: ['away'] },
    controls: { onlyEarlier: [], onlyLater: [] },
  },
}

function point(runId: string, startedAt: string, score: number | null): AuditReport['trend'][number] {
  return { runId, startedAt, hosts: 4, score, failing: { critical: 1, high: 2, medium: 0, low: 0 } }
}

function waiver(of: string, on: string, state: 'active' | 'unused' | 'expired'): AuditReport['waivers'][number] {
  return { control: of, hosts: on, owner: 'ops', reason: 'is being replaced', expires: '2026-12-31', state }
}

/** Fields that hold words of this tool, by which formats choose; `name` of a profile and `control` are their author's. */
const OURS = new Set(
  'status was command severity kind state code id control facts nist runId startedAt endedAt testedAt expires hash verdict'.split(
    ' ',
  ),
)

/** The sample with a text behind every other one. */
export function saying(text: string, report = auditReport({ since: SINCE })): AuditDocument {
  const { generator } = report
  const { name } = report.profile
  const said = say(report, text, '') as AuditDocument
  return auditDocumentSchema.parse({
    ...said,
    command: 'audit',
    generator: { ...said.generator, name: generator.name },
    failOn: 'low',
    profile: { ...said.profile, name },
  })
}

function say(value: unknown, text: string, field: string): unknown {
  if (typeof value === 'string') return OURS.has(field) ? value : `${value}${text}`
  if (Array.isArray(value)) return value.map((item: unknown) => say(item, text, field))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, say(item, text, key)]))
}

const all = [...registry.values()].map((one) => ({
  control: one,
  severity: one.severity,
  params: one.params.parse({}) as unknown,
  required: false,
}))
const shipped = auditedControls({ controls: all })

/** What every format must be able to show. */
export const REPORTS: Readonly<Record<string, AuditDocument>> = {
  'a rich one': auditReport(),
  'one held against an earlier one': auditReport({ since: SINCE }),
  'one of hostile texts': saying(HOSTILE),
  'one without hosts': auditReport({ hosts: [], waivers: [], diagnostics: [] }),
  'one whose hosts were not read': auditReport({ hosts: hosts.slice(-1) }),
  'one without controls': auditReport({ controls: [], waivers: [], hosts: [host('a', [])] }),
  'one of all controls that there are': auditReport({
    controls: shipped,
    hosts: [
      host(
        'a',
        shipped.map(({ id }) => result(id, failed)),
      ),
    ],
    waivers: [],
  }),
  'one of every severity': auditReport({
    controls: SEVERITIES.map((severity) => control(`a-${severity}`, severity)),
    hosts: [
      host(
        'a',
        SEVERITIES.map((severity) => result(`a-${severity}`, failed)),
      ),
    ],
    waivers: [],
  }),
}
