/** Audits that are kept, and read again. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ControlStatus } from '../../src/model/audit.ts'
import { pastAudit } from '../../src/model/past-audit.ts'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { auditPoint } from '../../src/model/audit-score.ts'
import { createAuditReader, loadSummaries, trendIn, walkAudits } from '../../src/store/audit-history.ts'
import { keepAudit, loadAudit } from '../../src/store/audit-record.ts'
import { loadRunState, loadUndo } from '../../src/store/load-run.ts'
import { auditReport } from '../report/audit/fleet-sample.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mptcp-fleet-audits-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const one = auditReport({ a: ['pass', 'fail', 'pass'] }, { runId: 'B', day: '2026-11-02' })
const two = auditReport({ a: ['pass', 'pass', 'pass'] }, { runId: 'A', day: '2026-11-03' })
const file = (name: string): string => join(cwd, '.mptcp-fleet/runs/B', name)

test('an audit is read as it was kept, and is a run among others', () => {
  keepAudit(cwd, one)
  expect(loadAudit(cwd, 'B')).toEqual(one)
  expect(loadRunState(cwd, 'B')).toMatchObject({ command: 'audit', exitCode: 0, hosts: [] })
  expect(readdirSync(join(cwd, '.mptcp-fleet/runs/B')).toSorted()).toEqual([
    'content',
    'journal.ndjson',
    'matrix.json',
    'summary.json',
  ])
})

test('an audit that cannot be kept whole is not kept at all, and that is told', () => {
  const folder = join(cwd, '.mptcp-fleet/runs/B')
  // Its place is taken.
  mkdirSync(join(folder, 'matrix.json'), { recursive: true, mode: 0o700 })
  expect(hintOf(() => keepAudit(cwd, one))).toBe('make room on this machine')
  expect(existsSync(folder)).toBe(false)
})

test('an audit has nothing that could be taken back', async () => {
  keepAudit(cwd, one)
  expect(await loadUndo(cwd, 'B')).toEqual([])
})

test('audits come in the order in which they began, the latest first', () => {
  keepAudit(cwd, two)
  keepAudit(cwd, one)
  expect(
    Array.from(
      walkAudits(
        cwd,
        loadSummaries(cwd, () => {}),
        () => {},
      ),
      ({ runId }) => runId,
    ),
  ).toEqual(['A', 'B'])
})

test.each<[string, () => void]>([
  ['cut off', () => writeFileSync(file('matrix.json'), readFileSync(file('matrix.json'), 'utf8').slice(0, 50))],
  ['edited', () => writeFileSync(file('matrix.json'), '{}')],
  ['of a version to come', () => writeFileSync(file('matrix.json'), '{"recordVersion":99}')],
  [
    'of a version before',
    () =>
      writeFileSync(file('matrix.json'), readFileSync(file('matrix.json'), 'utf8').replace(/"recordVersion":\d+,/, '')),
  ],
  [
    'of another run',
    () => writeFileSync(file('matrix.json'), readFileSync(file('matrix.json'), 'utf8').replace('"B"', '"X"')),
  ],
  ['writable by others', () => chmodSync(file('matrix.json'), 0o666)],
])('a matrix that is %s is refused', (_, spoil) => {
  keepAudit(cwd, one)
  spoil()
  expect(() => createAuditReader(cwd)('B')).toThrow(DiagnosticsError)
  expect(hintOf(() => loadAudit(cwd, 'B'))).toMatch(/move (it|the folder of this run) away|chmod/)
})

function hintOf(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    if (error instanceof DiagnosticsError) return error.diagnostics[0]!.hint
  }
  return 'it was not refused'
}

const contents = (run: string): string[] => readdirSync(join(cwd, '.mptcp-fleet/runs', run, 'content'))

test.each<[string, (path: string) => void]>([
  ['edited', (path) => writeFileSync(path, gzipSync('{}'))],
  ['cut off', (path) => writeFileSync(path, readFileSync(path).subarray(0, 20))],
  ['gone', (path) => rmSync(path)],
  ['a link', (path) => symlinkSync('/etc/passwd', (rmSync(path), path))],
])('what was found and is %s is refused', (_, spoil) => {
  keepAudit(cwd, one)
  for (const name of contents('B')) spoil(file(`content/${name}`))
  expect(() => loadAudit(cwd, 'B')).toThrow(DiagnosticsError)
})

test('what is no audit, or did not come to its end, is none', () => {
  keepAudit(cwd, one)
  rmSync(file('matrix.json'))
  expect([createAuditReader(cwd)('B'), loadAudit(cwd, 'B'), loadAudit(cwd, 'C')]).toEqual([null, null, null])
})

describe('what the audit before had as well', () => {
  const links = (run: string, name: string): number =>
    statSync(join(cwd, '.mptcp-fleet/runs', run, 'content', name)).nlink

  test('lies on the disk once', () => {
    keepAudit(cwd, one)
    keepAudit(cwd, { ...one, runId: 'C', startedAt: '2026-11-04T03:00:00.000Z' })
    expect(contents('C')).toEqual(contents('B'))
    expect(contents('C').map((name) => links('C', name))).toEqual(contents('C').map(() => 2))
  })

  test('stays where the audit before is removed', () => {
    keepAudit(cwd, one)
    const next = { ...one, runId: 'C', startedAt: '2026-11-04T03:00:00.000Z' }
    keepAudit(cwd, next)
    rmSync(file(''), { recursive: true })
    expect(loadAudit(cwd, 'C')).toEqual(next)
  })

  test('is written anew where it is damaged there', () => {
    keepAudit(cwd, one)
    for (const name of contents('B')) writeFileSync(file(`content/${name}`), 'x')
    const next = { ...one, runId: 'C', startedAt: '2026-11-04T03:00:00.000Z' }
    keepAudit(cwd, next)
    expect(loadAudit(cwd, 'C')).toEqual(next)
  })

  test('but for what is new is all that is stored, however findings come and go', () => {
    const value = fc.record({ a: fc.nat(3), b: fc.nat(3), c: fc.nat(60) })
    fc.assert(
      fc.property(fc.array(value, { maxLength: 6 }), (days) => {
        const folder = mkdtempSync(join(tmpdir(), 'mptcp-fleet-audits-'))
        const hosts = {
          a: ['pass', 'fail', 'waived'],
          b: ['unreachable', 'pass', 'pass'],
          c: ['fail', 'pass', 'error'],
        }
        const audits = days.map((values, index) => {
          const at = { day: new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10) }
          return auditReport(hosts as Record<string, ControlStatus[]>, { ...at, value: (host) => values[host as 'a'] })
        })
        for (const audit of audits) keepAudit(folder, audit)
        expect(audits.map(({ runId }) => loadAudit(folder, runId))).toEqual(audits)
        const read = createAuditReader(folder)
        for (const audit of audits) {
          const [past, same] = [read(audit.runId)!, pastAudit(audit)]
          expect({ ...past, evidence: past.evidence(0, 2) }).toEqual({ ...same, evidence: same.evidence(0, 2) })
        }
        rmSync(folder, { recursive: true })
      }),
      { numRuns: 6 },
    )
  })
})

test('a trend is of audits of one pattern by one profile, the oldest first', () => {
  keepAudit(cwd, one)
  keepAudit(cwd, two)
  keepAudit(cwd, { ...one, runId: 'C', pattern: 'web' })
  expect(
    trendIn(
      loadSummaries(cwd, () => {}),
      one.pattern,
      one.profile.name,
    ).map(({ runId }) => runId),
  ).toEqual(['B', 'A'])
  expect(
    trendIn(
      loadSummaries(cwd, () => {}),
      'web',
      one.profile.name,
    ),
  ).toEqual([auditPoint({ ...one, runId: 'C' })])
  expect(
    trendIn(
      loadSummaries(cwd, () => {}),
      one.pattern,
      'another',
    ),
  ).toEqual([])
})
