/** An audit's CSV, read back. */
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import type { AuditReport } from '../../../src/model/audit.ts'
import { renderAuditCsv } from '../../../src/report/audit/csv.ts'
import { auditReport, REPORTS } from './sample.ts'

const rows = (report: AuditReport): Record<string, string>[] => parse(renderAuditCsv(report), { columns: true })

describe('csv', () => {
  test.each(Object.entries(REPORTS))('of %s has a row for each host and control', (_, report) => {
    expect(rows(report)).toHaveLength(report.hosts.flatMap(({ results }) => results).length)
  })

  test('has a head also where nothing was audited', () => {
    expect(renderAuditCsv(REPORTS['one without hosts']!)).toMatch(/^"audited_at","profile","host",.*\r\n$/)
  })

  test('says what was found and why', () => {
    const found = rows(auditReport()).filter(({ host }) => host === 'bad')
    expect(found[0]).toEqual({
      audited_at: '2026-01-02T03:04:15.500Z',
      profile: 'baseline',
      host: 'bad',
      address: '203.0.113.7',
      control: 'enabled-running',
      title: 'enabled-running is as it should be',
      severity: 'critical',
      status: 'fail',
      failing: 'yes',
      reason: 'net.mptcp.enabled is 0',
      evidence: 'persistent sysctl_persisted = {"a":[0,-1]} (/etc/sysctl.conf:3)',
      remedy: 'mptcp_enabled: {"state":"enabled","persist":true}',
      waiver: '',
      nist: 'CM-6 CP-10 (2)',
      run: '20260102T030405Z-1a2b3c',
      made_with: 'mptcp-fleet 1.2.3, by auditor@laptop (a claim)',
    })
    expect(found[1]).toMatchObject({
      status: 'waived',
      failing: 'no',
      waiver: 'until 2026-12-31 by ops: is being replaced',
    })
  })
})
