/** Audits for tests: hosts by name, each with a status for each of three controls. */
import type { AuditReport, ControlResult, ControlStatus } from '../../../src/model/audit.ts'
import { AUDIT_SCHEMA_VERSION } from '../../../src/model/audit.ts'
import { isFailing } from '../../../src/model/audit-status.ts'

export const CONTROLS = ['enabled-running', 'limits-sufficient', 'no-fallback'] as const
const SEVERITIES = ['critical', 'high', 'medium'] as const

/** `value`: what the evidence of a host's first control says. */
export function auditReport(
  hosts: Record<string, readonly ControlStatus[]>,
  {
    day = '2026-11-01',
    runId,
    value = () => '1',
  }: { day?: string; runId?: string; value?: (host: string) => unknown } = {},
): AuditReport {
  const startedAt = `${day}T03:00:00.000Z`
  const controls = CONTROLS.map((id, index) => ({
    id,
    title: `Title of ${id}`,
    rationale: 'It matters.',
    severity: SEVERITIES[index]!,
    nist: ['CM-6'],
    references: ['guide'],
    required: id === 'no-fallback',
    facts: ['sysctl'],
  }))
  return {
    schemaVersion: AUDIT_SCHEMA_VERSION,
    command: 'audit',
    generator: { name: 'mptcp-fleet', version: '1.2.3', account: 'auditor@laptop' },
    runId: runId ?? `run-${day}`,
    pattern: 'all',
    profile: { name: 'baseline', title: 'Baseline', hash: 'ab' },
    failOn: 'low',
    inventoryHash: 'cd',
    startedAt,
    endedAt: startedAt,
    exitCode: 0,
    controls,
    commands: { sysctl: 'grep x' },
    hosts: Object.entries(hosts).map(([name, statuses]) => ({
      name,
      address: `${name}.example.org`,
      groups: [],
      status: statuses.includes('unreachable') ? ('unreachable' as const) : ('ok' as const),
      error: null,
      results: controls.map(({ id, required }, index) =>
        result(id, statuses[index]!, required, index === 0 ? value(name) : null),
      ),
    })),
    waivers: [
      {
        control: 'limits-sufficient',
        hosts: 'all',
        owner: 'ops',
        reason: 'soon',
        expires: '2027-01-01',
        state: 'active',
      },
    ],
    tests: [],
    trend: [],
    hostScores: {},
    diagnostics: [],
  }
}

function result(control: string, status: ControlStatus, required: boolean, value: unknown): ControlResult {
  return {
    control,
    status,
    failing: isFailing(status, required),
    reason: `${control} is ${status}`,
    evidence: value === null ? [] : [{ kind: 'running', fact: 'sysctl/net.mptcp.enabled', value }],
    remedy: status === 'fail' ? { module: 'mptcp_enabled', params: {} } : null,
    waiver: status === 'waived' ? 0 : null,
  }
}
