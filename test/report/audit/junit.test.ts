/** JUnit, held against its schema by xmllint. */
import { describe, expect, test } from 'vitest'
import { renderAuditJUnit } from '../../../src/report/audit/junit.ts'
import { faultsOf } from '../junit-schema.ts'
import { auditReport, hosts, REPORTS } from './sample.ts'

describe('junit', () => {
  test.each(Object.entries(REPORTS))('of %s is valid', async (_, report) => {
    expect(await faultsOf(renderAuditJUnit(report))).toEqual([])
  })

  test('the schema finds what is wrong', async () => {
    const text = renderAuditJUnit(auditReport())
    expect(await faultsOf(text.replace(' hostname="203.0.113.7"', ''))).not.toEqual([])
    expect(await faultsOf(text.replace('</testsuites>', ''))).not.toEqual([])
  })

  test('counts what each host failed, and one error where it was not read', () => {
    const suites = renderAuditJUnit(auditReport()).match(/<testsuite .*>/g) ?? []
    const numbers = suites.map((line) =>
      /name="(\w+)".* tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/.exec(line),
    )
    expect(numbers.map((match) => match?.slice(1))).toEqual([
      ['good', '5', '0', '0', '0'],
      ['bad', '5', '2', '1', '1'],
      ['idle', '5', '1', '0', '2'],
      ['gone', '5', '0', '1', '4'],
    ])
  })

  test('what fails below the threshold is skipped, as it does not fail the audit', () => {
    const text = renderAuditJUnit(auditReport({ hosts: hosts.slice(1, 2), failOn: 'high' }))
    expect(text).toContain('<failure message="net.mptcp.enabled is 0" type="critical fail">')
    expect(text).toContain('<skipped message="below threshold, which is high: error: limits was not read"/>')
    expect(text).toContain('failures="1" errors="0"')
  })

  test('says what made it', () => {
    expect(renderAuditJUnit(auditReport())).toContain('<property name="generator" value="mptcp-fleet 1.2.3"/>')
  })

  test('tells why, with evidence, remedy and waiver', () => {
    const text = renderAuditJUnit(auditReport({ hosts: hosts.slice(1, 2) }))
    expect(text).toContain('<failure message="net.mptcp.enabled is 0" type="critical fail">')
    expect(text).toContain('(/etc/sysctl.conf:3)\nremedy: mptcp_enabled: {&quot;state&quot;')
    expect(text).toContain(
      '<skipped message="waived: until 2026-12-31 by ops: is being replaced; net.mptcp.enabled is 0"/>',
    )
    expect(text).toContain('<error message="limits was not read" type="medium error">')
  })
})
