/** What became of controls between two audits. */
import { describe, expect, test } from 'vitest'
import type { ControlStatus } from '../../../src/model/audit.ts'
import type { AuditMatrix } from '../../../src/model/audit-columns.ts'
import { toColumns } from '../../../src/model/audit-columns.ts'
import { auditSince, trendOf } from '../../../src/report/audit/history.ts'
import { renderAuditSince } from '../../../src/report/audit/since.ts'
import { PLAIN } from '../../../src/report/style.ts'
import { auditReport } from './fleet-sample.ts'

const day = (number: number): string => `2026-11-${String(number).padStart(2, '0')}`

/** Audits of one host's first control, day after day. */
function days(...statuses: (ControlStatus | null)[]): AuditMatrix[] {
  return statuses.flatMap((status, index) =>
    status === null ? [] : [toColumns(auditReport({ a: [status, 'pass', 'pass'] }, { day: day(index + 1) })).matrix],
  )
}

describe('since an earlier audit', () => {
  test('what fails newly, what is fixed, what still fails', () => {
    const earlier = auditReport({ a: ['pass', 'fail', 'error'], b: ['fail', 'pass', 'pass'] })
    const now = auditReport({ a: ['fail', 'waived', 'not-tested'], b: ['fail', 'pass', 'pass'] }, { day: day(9) })
    const since = auditSince(earlier, now, [])
    const names = (list: { host: string; control: string }[]): string[] =>
      list.map(({ host, control }) => `${host} ${control}`)
    expect(names(since.newlyFailing)).toEqual(['a enabled-running'])
    expect(names(since.fixed)).toEqual(['a limits-sufficient'])
    // Required by the sample's profile, so that not tested is as bad.
    expect(names(since.stillFailing)).toEqual(['a no-fallback', 'b enabled-running'])
  })

  test('a host that cannot be read is not fixed, and a new one fails newly', () => {
    const earlier = auditReport({ a: ['fail', 'pass', 'pass'] })
    const now = auditReport({ a: ['unreachable', 'unreachable', 'unreachable'], n: ['fail', 'pass', 'pass'] })
    const since = auditSince(earlier, now, [])
    expect([since.fixed, since.newlyFailing.map(({ host }) => host)]).toEqual([[], ['n']])
  })

  test.each<[string, (ControlStatus | null)[], number]>([
    ['from the first audit that failed', ['pass', 'fail', 'fail', 'fail'], 2],
    ['from the last time that it began', ['fail', 'pass', 'fail', 'fail'], 3],
    ['over audits that did not reach it', ['pass', 'fail', 'unreachable', 'fail'], 2],
    ['over days without an audit', ['fail', null, null, 'fail'], 1],
    ['an error counts as failing', ['pass', 'error', 'fail', 'fail'], 2],
  ])('failing since: %s', (_, statuses, since) => {
    const earlier = auditReport({ a: ['fail', 'pass', 'pass'] }, { day: day(3) })
    const now = auditReport({ a: ['fail', 'pass', 'pass'] }, { day: day(4) })
    const report = auditSince(earlier, now, days(...statuses))
    expect(report.stillFailing.map((one) => one.since)).toEqual([`${day(since)}T03:00:00.000Z`])
  })

  test('facts that were read in both and are other now', () => {
    const hosts = { a: ['pass', 'pass', 'pass'], b: ['pass', 'pass', 'pass'] } as const
    const now = auditReport(hosts, { day: day(9), value: (host) => (host === 'a' ? '0' : '1') })
    const since = auditSince(auditReport(hosts), now, [])
    expect(since.drifted).toEqual([
      { host: 'a', fact: 'sysctl/net.mptcp.enabled', before: '1', after: '0', lastSeen: '2026-11-01T03:00:00.000Z' },
    ])
    expect(renderAuditSince(since, PLAIN, false)).toContain('a: sysctl/net.mptcp.enabled: 1 → 0')
  })

  test('nothing changed', () => {
    const report = auditReport({ a: ['pass', 'pass', 'pass'] })
    expect(renderAuditSince(auditSince(report, report, []), PLAIN, false)).toContain('nothing changed')
  })
})

test('the trend of a control leaves out hosts that were not read', () => {
  const history = days('fail', 'pass', 'unreachable')
  expect(trendOf(history, 'enabled-running').map(({ failing, of }) => [failing, of])).toEqual([
    [1, 1],
    [0, 1],
    [0, 0],
  ])
  expect(trendOf(history, 'unknown')).toEqual([])
})
