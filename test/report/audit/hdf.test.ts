/** HDF, read by MITRE's own reader. */
import type { ContextualizedEvaluation } from 'inspecjs'
import { convertFileContextual } from 'inspecjs'
import { describe, expect, test } from 'vitest'
import type { AuditReport, ControlResult } from '../../../src/model/audit.ts'
import { renderHdf } from '../../../src/report/audit/hdf.ts'
import { auditReport, controls, failed, host, hosts, REPORTS, result } from './sample.ts'

function read(
  report: AuditReport,
): Record<string, { status: string; severity: string; nist: string[]; waived: boolean }> {
  const evaluation = convertFileContextual(renderHdf(report)) as ContextualizedEvaluation
  const found = evaluation.contains.flatMap((profile) => profile.contains)
  return Object.fromEntries(
    found.map(({ data: { id }, hdf }) => {
      const { status, severity, rawNistTags, waived } = hdf
      return [id, { status, severity, nist: rawNistTags, waived }]
    }),
  )
}

describe('hdf', () => {
  test.each(Object.entries(REPORTS))('of %s is read', (_, report) => {
    expect(Object.keys(read(report))).toEqual(report.controls.map(({ id }) => id))
  })

  test('has the version of what made it', () => {
    const { platform, version, profiles } = JSON.parse(renderHdf(auditReport())) as Record<string, any>
    expect([platform.release, version, profiles[0].version]).toEqual(['1.2.3', '1.2.3', '1.2.3'])
    expect(profiles[0].summary).toContain('mptcp-fleet 1.2.3, by auditor@laptop (a claim)')
  })

  test.each<[string, Partial<ControlResult>, string]>([
    ['pass', {}, 'Passed'],
    ['fail', failed, 'Failed'],
    ['evidence that was not read', { status: 'error', failing: true }, 'Profile Error'],
    ['not tested', { status: 'not-tested' }, 'Not Reviewed'],
    ['not tested, and required', { status: 'not-tested', failing: true }, 'Failed'],
    ['unreachable', { status: 'unreachable' }, 'Not Reviewed'],
    ['not applicable', { status: 'not-applicable' }, 'Not Applicable'],
    ['waived', { ...failed, status: 'waived', failing: false, waiver: 0 }, 'Not Applicable'],
  ])('of one host: %s', (_, more, expected) => {
    const { 'enabled-persistent': one } = read(
      auditReport({ hosts: [host('a', [result('enabled-persistent', more)])] }),
    )
    const waived = more.status === 'waived'
    const severity = more.status === 'not-applicable' ? 'none' : 'high'
    expect(one).toMatchObject({ status: expected, waived, nist: ['CM-6', 'CP-10 (2)'] })
    expect(['high', severity]).toContain(one?.severity)
  })

  test('of several hosts is as bad as the worst', () => {
    const found = read(auditReport({ hosts: hosts.slice(0, 3) }))
    expect(Object.values(found).map(({ status }) => status)).toEqual(['Failed', 'Passed', 'Profile Error', 'Failed'])
  })

  test('of several hosts has not passed where one was not read', () => {
    const found = read(auditReport({ hosts: [hosts[0]!, hosts.at(-1)!] }))
    expect(Object.values(found).map(({ status }) => status)).toEqual(controls.map(() => 'Profile Error'))
  })

  test('gives each severity as it is', () => {
    const report = REPORTS['one of every severity']!
    expect(Object.values(read(report)).map(({ severity }) => severity)).toEqual(['critical', 'high', 'medium', 'low'])
  })

  test('names the host, or what was asked for where there are several', () => {
    const target = (report: AuditReport): unknown =>
      (JSON.parse(renderHdf(report)) as { platform: { target_id: unknown } }).platform.target_id
    expect([target(auditReport()), target(auditReport({ hosts: hosts.slice(0, 1) }))]).toEqual(['all', 'good'])
  })

  test('keeps evidence, command, remedy and waiver', () => {
    const text = renderHdf(auditReport({ hosts: hosts.slice(1, 2), controls: controls.slice(0, 2) }))
    for (const said of ['/etc/sysctl.conf:3', 'sysctl -a', 'mptcp_enabled: ', '2026-12-31'])
      expect(text).toContain(said)
  })
})
