/** Metrics, checked by Prometheus' own promtool. */
import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { renderPrometheus } from '../../../src/report/audit/prometheus.ts'
import { findPromtool } from '../../support/promtool.ts'
import { auditReport, controls, host, hosts, REPORTS, result } from './sample.ts'

const promtool = findPromtool()
const [file, absent] = 'path' in promtool ? [promtool.path, ''] : ['', ` (skipped: ${promtool.absent})`]

/** Throws what it says. */
function check(text: string): string {
  return execFileSync(file, ['check', 'metrics'], { input: text, encoding: 'utf8', stdio: 'pipe' })
}

describe.skipIf(file === '')(`promtool${absent}`, () => {
  test.each(Object.entries(REPORTS))('finds nothing wrong with %s', (_, report) => {
    expect(check(renderPrometheus(report))).toBe('')
  })

  test('finds what is wrong', () => {
    const text = renderPrometheus(auditReport())
    expect(() => check(text.replace('# HELP', '# HULP'))).toThrow('no help text')
    expect(() => check(text.replace(' 1767', ' x1767'))).toThrow('expected float as value')
    expect(() => check(text.replace('{host="bad"}', '{host="b"ad"}'))).toThrow('parsing error')
  })
})

const lines = (text: string, name: string): string[] =>
  text.split('\n').filter((line) => line.startsWith(`mptcp_fleet_audit_${name}`))

describe('metrics', () => {
  const text = renderPrometheus(auditReport())

  test('have a score for each host that was read, and for the fleet', () => {
    expect(lines(text, 'host_score')).toEqual([
      'mptcp_fleet_audit_host_score{host="good"} 100',
      'mptcp_fleet_audit_host_score{host="bad"} 0',
      'mptcp_fleet_audit_host_score{host="idle"} 23',
    ])
    expect(lines(text, 'score')).toEqual(['mptcp_fleet_audit_score 50'])
  })

  test('have the time of the audit, in seconds', () => {
    expect(lines(text, 'timestamp_seconds')).toEqual(['mptcp_fleet_audit_timestamp_seconds 1767323055.5'])
  })

  test('have a series for each control and status, also where no host has it', () => {
    const of = lines(text, 'results{control="enabled-running"')
    expect(of.map((line) => line.replace(/.*status="([\w-]+)"} /, '$1 '))).toEqual([
      'fail 2',
      'error 0',
      'not-tested 0',
      'unreachable 1',
      'waived 0',
      'pass 1',
      'not-applicable 0',
    ])
    expect(lines(text, 'failing{control="no-fallback"')).toEqual([
      'mptcp_fleet_audit_failing{control="no-fallback",severity="low"} 1',
    ])
    expect(lines(text, 'hosts{')).toContain('mptcp_fleet_audit_hosts{status="unreachable"} 1')
  })

  test('do not grow with hosts × controls', () => {
    const many = (number: number): number => {
      const all = Array.from({ length: number }, (_, index) =>
        host(
          `h${index}`,
          controls.map(({ id }) => result(id)),
        ),
      )
      return renderPrometheus(auditReport({ hosts: all })).split('\n').length
    }
    expect(many(200) - many(100)).toBe(100)
  })

  test('of a host that was not read have no score', () => {
    expect(renderPrometheus(auditReport({ hosts: hosts.slice(-1) }))).not.toContain('score')
  })
})
