/** Audits that are kept, and read again. */
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { auditPoint } from '../../src/model/audit-score.ts'
import { keepAudit, loadAudit, loadMatrices, loadMatrix, loadTrend } from '../../src/store/audit-record.ts'
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
  expect(loadRunState(cwd, 'B')).toMatchObject({ command: 'audit', exitCode: 0, hosts: [{ name: 'a', status: 'ok' }] })
  expect(readdirSync(join(cwd, '.mptcp-fleet/runs/B')).toSorted()).toEqual([
    'evidence.json',
    'journal.ndjson',
    'matrix.json',
    'summary.json',
  ])
})

test('an audit has nothing that could be taken back', async () => {
  keepAudit(cwd, one)
  expect(await loadUndo(cwd, 'B')).toEqual([])
})

test('audits come in the order in which they began', () => {
  keepAudit(cwd, two)
  keepAudit(cwd, one)
  expect(loadMatrices(cwd).map(({ runId }) => runId)).toEqual(['B', 'A'])
})

test.each<[string, () => void]>([
  ['cut off', () => writeFileSync(file('matrix.json'), readFileSync(file('matrix.json'), 'utf8').slice(0, 50))],
  ['edited', () => writeFileSync(file('matrix.json'), '{}')],
  [
    'of another run',
    () => writeFileSync(file('matrix.json'), readFileSync(file('matrix.json'), 'utf8').replace('"B"', '"X"')),
  ],
  ['writable by others', () => chmodSync(file('matrix.json'), 0o666)],
])('a matrix that is %s is refused', (_, spoil) => {
  keepAudit(cwd, one)
  spoil()
  expect(() => loadMatrix(cwd, 'B')).toThrow(DiagnosticsError)
})

test('what is no audit, or did not come to its end, is none', () => {
  keepAudit(cwd, one)
  rmSync(file('matrix.json'))
  expect([loadMatrix(cwd, 'B'), loadMatrix(cwd, 'C'), loadMatrices(cwd)]).toEqual([null, null, []])
})

test('a trend is of audits of one pattern by one profile, the oldest first', () => {
  keepAudit(cwd, one)
  keepAudit(cwd, two)
  keepAudit(cwd, { ...one, runId: 'C', pattern: 'web' })
  expect(loadTrend(cwd, one.pattern, one.profile.name).map(({ runId }) => runId)).toEqual(['B', 'A'])
  expect(loadTrend(cwd, 'web', one.profile.name)).toEqual([auditPoint({ ...one, runId: 'C' })])
  expect(loadTrend(cwd, one.pattern, 'another')).toEqual([])
})
