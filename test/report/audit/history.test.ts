/** What became of controls between two audits. */
import { describe, expect, test } from 'vitest'
import type { AuditReport, ControlStatus, Evidence } from '../../../src/model/audit.ts'
import type { PastAudit } from '../../../src/model/past-audit.ts'
import { pastAudit } from '../../../src/model/past-audit.ts'
import { auditSince } from '../../../src/report/audit/history.ts'
import { renderAuditSince } from '../../../src/report/audit/since.ts'
import { PLAIN } from '../../../src/report/style.ts'
import { auditReport } from './fleet-sample.ts'

const day = (number: number): string => `2026-11-${String(number).padStart(2, '0')}`

/** Audits of one host's first control, day after day, the latest first. */
function days(...statuses: (ControlStatus | null)[]): PastAudit[] {
  const audits = statuses.map((status, index) =>
    status === null ? [] : [pastAudit(auditReport({ a: [status, 'pass', 'pass'] }, { day: day(index + 1) }))],
  )
  return audits.flat().toReversed()
}

describe('since an earlier audit', () => {
  test('what fails newly, what is fixed, what still fails', () => {
    const earlier = auditReport({ a: ['pass', 'fail', 'error'], b: ['fail', 'pass', 'pass'] })
    const now = auditReport({ a: ['fail', 'waived', 'not-tested'], b: ['fail', 'pass', 'pass'] }, { day: day(9) })
    const since = auditSince(earlier, now, [])
    const names = (list: { host: string; control: string }[]): string[] =>
      list.map(({ host, control }) => `${host} ${control}`)
    expect(since.newlyFailing).toMatchObject([{ host: 'a', control: 'enabled-running', was: 'pass' }])
    expect(names(since.fixed)).toEqual([])
    expect(since.noLongerFailing).toMatchObject([{ host: 'a', control: 'limits-sufficient', status: 'waived' }])
    // Required by the sample's profile, so that not tested is as bad.
    expect(names(since.stillFailing)).toEqual(['b enabled-running', 'a no-fallback'])
  })

  test('a host that cannot be read is not fixed, and what was not looked at then has not become worse', () => {
    const unread = ['unreachable', 'unreachable', 'unreachable'] as const
    const earlier = auditReport({ a: ['fail', 'pass', 'pass'], b: unread, gone: ['fail', 'pass', 'pass'] })
    const now = auditReport({ a: unread, b: ['fail', 'pass', 'pass'], n: ['fail', 'pass', 'pass'] })
    const since = auditSince(earlier, now, [])
    expect([since.fixed, since.noLongerFailing, since.newlyFailing]).toEqual([[], [], []])
    expect(since.failingUncompared.map(({ host }) => host)).toEqual(['b', 'n'])
    expect(since.uncompared.hosts).toEqual({ onlyEarlier: ['gone'], onlyLater: ['n'], unread: ['a', 'b'] })
    const told = renderAuditSince(since, PLAIN, false)
    expect(told).toContain('Hosts of the later audit alone: n.')
    expect(told).toMatch(/failing, and not compared\n {2}b, n: enabled-running \(critical\)/)
  })

  test('controls of one profile alone are told, and are neither fixed nor newly failing', () => {
    const both = auditReport({ a: ['fail', 'fail', 'pass'] })
    const first = (report: AuditReport): AuditReport => ({
      ...report,
      controls: report.controls.slice(0, 1),
      hosts: report.hosts.map((host) => ({ ...host, results: host.results.slice(0, 1) })),
      profile: { name: 'other', title: '', hash: 'x' },
    })
    const [more, fewer] = [auditSince(first(both), both, []), auditSince(both, first(both), [])]
    expect([more.newlyFailing, fewer.fixed, fewer.noLongerFailing]).toEqual([[], [], []])
    expect(more.failingUncompared.map(({ control }) => control)).toEqual(['limits-sufficient'])
    const told = renderAuditSince(fewer, PLAIN, false).replaceAll(/\s+/g, ' ')
    expect(told).toContain('SINCE RUN run-2026-11-01: audit of all by baseline, begun 2026-11-01T03:00:00.000Z')
    expect(told).toContain('The profile is another: baseline, and then other.')
    expect(told).toContain('Controls of the earlier audit alone: limits-sufficient, no-fallback.')
    expect(told).toContain('nothing changed')
  })

  test('what was waived then, and fails now, says so', () => {
    const [earlier, now] = [
      auditReport({ a: ['waived', 'pass', 'pass'] }),
      auditReport({ a: ['fail', 'pass', 'pass'] }),
    ]
    const told = renderAuditSince(auditSince(earlier, now, []), PLAIN, false)
    expect(told).toMatch(/newly failing\n.*enabled-running is fail \(was waived\)/)
  })

  test('audits by another profile, which may ask for less, do not end the row of failing ones', () => {
    const audits = (['fail', 'pass', 'fail', 'fail'] as const).map((status, index) => {
      const report = auditReport({ a: [status, 'pass', 'pass'] }, { day: day(index + 1) })
      return index === 1 ? { ...report, profile: { ...report.profile, name: 'lax' } } : report
    })
    const since = auditSince(audits[2]!, audits[3]!, audits.map(pastAudit).toReversed())
    expect(since.stillFailing.map((one) => one.since)).toEqual([`${day(1)}T03:00:00.000Z`])
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

  test('a drift is told with the last audit that saw the fact as it was', () => {
    const hosts = { a: ['pass', 'pass', 'pass'] } as const
    const audits = ['1', '1', '0', '1', '0', '0'].map((value, index) =>
      auditReport(hosts, { day: day(index + 1), value: () => value }),
    )
    const history = audits.map(pastAudit).toReversed()
    const [first, last] = [audits[0]!, audits[5]!]
    expect(auditSince(first, last, history).drifted).toMatchObject([{ lastSeen: `${day(4)}T03:00:00.000Z` }])
    expect(auditSince(audits[1]!, audits[2]!, history).drifted).toMatchObject([{ lastSeen: `${day(2)}T03:00:00.000Z` }])
  })

  /** Of the host `a`, whose controls show these facts. */
  function seeing(...evidence: Evidence[][]): AuditReport {
    const report = auditReport({ a: ['pass', 'pass', 'pass'], b: ['pass', 'pass', 'pass'] })
    for (const [index, result] of report.hosts[0]!.results.entries()) result.evidence = evidence[index] ?? []
    return report
  }

  const running = (fact: string, value: unknown, where?: string): Evidence => ({
    kind: 'running',
    fact,
    value,
    ...(where !== undefined && { where }),
  })

  test('controls that show different things of one fact, or one that shows many, are no drift by themselves', () => {
    const flags = running('endpoint/192.0.2.20', ['signal'])
    const routes = [running('routing', '192.0.2.20: eth0'), running('routing', '198.51.100.20: wlan0')]
    const report = seeing([flags], [running('endpoint/192.0.2.20', 'eth0')], routes)
    expect(
      auditSince(report, seeing([flags], [running('endpoint/192.0.2.20', 'eth0')], routes.toReversed()), []),
    ).toEqual(expect.objectContaining({ drifted: [] }))
    const moved = [routes[0]!, running('routing', '198.51.100.20: eth0')]
    const since = auditSince(report, seeing([flags], [running('endpoint/192.0.2.20', 'eth1')], moved), [])
    expect(since.drifted.map(({ fact, before, after }) => [fact, before, after])).toEqual([
      ['endpoint/192.0.2.20', 'eth0', 'eth1'],
      ['routing', '198.51.100.20: wlan0', '198.51.100.20: eth0'],
    ])
  })

  test('a drift that two controls show is told once, and that of the other end of a pair on that host', () => {
    const state = (own: string, other: string): AuditReport =>
      seeing([running('sysctl/x', own)], [running('sysctl/x', own), running('sysctl/x', other, 'b')])
    const told = (now: AuditReport): unknown =>
      auditSince(state('1', '1'), now, []).drifted.map(({ host, before, after }) => [host, before, after])
    expect([told(state('0', '1')), told(state('1', '0'))]).toEqual([[['a', '1', '0']], []])
  })

  test('audits are read no further back than something can be found', () => {
    const read: string[] = []
    const history = function* (): Generator<PastAudit> {
      for (const audit of days('fail', 'fail', 'pass', 'fail', 'fail')) {
        read.push(audit.startedAt.slice(8, 10))
        yield audit
      }
    }
    const [earlier, now] = [4, 5].map((at) => auditReport({ a: ['fail', 'pass', 'pass'] }, { day: day(at) }))
    auditSince(earlier!, now!, history())
    expect(read).toEqual(['05', '04', '03'])
  })

  test('nothing changed', () => {
    const report = auditReport({ a: ['pass', 'pass', 'pass'] })
    expect(renderAuditSince(auditSince(report, report, []), PLAIN, false)).toContain('nothing changed')
  })
})
