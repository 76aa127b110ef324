/** Which kept audit a new one is held against, and what of the past a report gets. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { earlierAudit, sinceWhen } from '../../src/cli/run/audit-history.ts'
import { trendBefore } from '../../src/cli/run/audit-past.ts'
import type { AuditReport, ControlStatus } from '../../src/model/audit.ts'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { keepAudit } from '../../src/store/audit-record.ts'
import { auditReport } from '../report/audit/fleet-sample.ts'
import { testIo } from './test-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mptcp-fleet-history-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const WELL = ['pass', 'pass', 'pass'] as const
const BAD = ['fail', 'pass', 'pass'] as const

function keep(day: string, profile: string, hosts: Record<string, readonly ControlStatus[]>): AuditReport {
  const report = auditReport(hosts, { day })
  const audit = { ...report, profile: { ...report.profile, name: profile } }
  keepAudit(cwd, audit)
  return audit
}

function refused(name: string, profile: string, hosts: string[]): string {
  try {
    return `not refused: ${earlierAudit(name, { profile, hosts }, testIo({ cwd }).io).runId}`
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    return error.diagnostics.map(({ summary, hint }) => `${summary}; ${hint}`).join('\n')
  }
}

describe('the audit that --since means', () => {
  const since = (name: string, profile: string, ...hosts: string[]): string =>
    earlierAudit(name, { profile, hosts }, testIo({ cwd }).io).runId

  beforeEach(() => {
    keep('2026-10-01', 'baseline', { a: WELL, b: WELL })
    keep('2026-10-02', 'client', { a: WELL })
    keep('2026-10-03', 'baseline', { z: WELL })
    // The clock of this machine was wrong.
    keep('2999-01-01', 'baseline', { a: WELL })
  })

  test('is the last by the same profile of any of the same hosts', () => {
    expect(since('last', 'baseline', 'a', 'c')).toBe('run-2026-10-01')
    expect(since('2026-10-31', 'client', 'a')).toBe('run-2026-10-02')
    expect(since('last', 'baseline', 'z')).toBe('run-2026-10-03')
  })

  test('is whichever is named by hand', () => {
    expect(since('run-2026-10-02', 'baseline', 'b')).toBe('run-2026-10-02')
  })

  test.each<[string, string, string[], string]>([
    ['last', 'client', ['b'], 'no audit by the profile client of this host is kept; name a run to compare with it all'],
    [
      'last',
      'server',
      ['a'],
      'no audit by the profile server is kept; name a run to compare with it all the same: the last',
    ],
    ['last', 'server', ['a'], 'run-2026-10-03, of all by baseline, begun 2026-10-03'],
    [
      '2026-09-30',
      'baseline',
      ['a', 'b'],
      'no audit by the profile baseline is kept that had begun by 2026-09-30; the first',
    ],
    ['run-2026-10-2', 'client', ['a'], 'there is no audit run-2026-10-2; did you mean run-2026-10-02?'],
  ])('%s by %s of %j: %s', (name, profile, hosts, told) => {
    expect(refused(name, profile, hosts)).toContain(told)
  })
})

test('where no audit is kept, that is the hint', () => {
  expect(refused('last', 'baseline', ['a'])).toContain('no audit is kept in this folder yet')
})

test('since when controls fail is told by audits of the same profile', () => {
  keep('2026-10-01', 'baseline', { a: BAD })
  keep('2026-10-02', 'lax', { a: WELL })
  const last = keep('2026-10-03', 'baseline', { a: BAD })
  expect(sinceWhen(last, testIo({ cwd }).io)('a', 'enabled-running')).toBe('2026-10-01T03:00:00.000Z')
})

test('a report gets the scores of its hosts in the audits before, and goes without one that cannot be read', () => {
  keep('2026-10-01', 'baseline', { a: BAD, gone: WELL })
  keep('2026-10-02', 'baseline', { a: WELL })
  keep('2026-10-03', 'baseline', { a: ['unreachable', 'unreachable', 'unreachable'], b: BAD })
  writeFileSync(join(cwd, '.mptcp-fleet/runs/run-2026-10-02/matrix.json'), '{')
  const { io, err } = testIo({ cwd })
  const { trend, hostScores } = trendBefore('all', 'baseline', ['a', 'b'], io)
  expect(trend.map(({ runId }) => runId)).toEqual(['run-2026-10-01', 'run-2026-10-02', 'run-2026-10-03'])
  expect(hostScores).toEqual({ a: [54.5, null, null], b: [null, null, 54.5] })
  expect(err()).toContain('run-2026-10-02 is left out')
})

test('audits of other hosts by the same words are no part of its past', () => {
  keep('2026-10-01', 'baseline', { a: BAD })
  keep('2026-10-02', 'baseline', { elsewhere: WELL })
  keep('2026-10-03', 'baseline', { a: WELL, new: WELL })
  const { trend, hostScores } = trendBefore('all', 'baseline', ['a', 'b'], testIo({ cwd }).io)
  expect(trend.map(({ runId }) => runId)).toEqual(['run-2026-10-01', 'run-2026-10-03'])
  expect(hostScores).toEqual({ a: [54.5, 100] })
})
