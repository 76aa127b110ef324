/** Tests of earlier runs: the last one of each pair that was run at all. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunReport } from '../../src/model/report.ts'
import { fleetFolder } from '../../src/store/fleet-folder.ts'
import { loadPastTests } from '../../src/store/past-tests.ts'
import { runReport, trial } from '../report/sample.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mptcp-fleet-tests-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

function keep(runId: string, endedAt: string, trials: RunReport['trials']): void {
  const report = runReport({ runId, endedAt, trials })
  writeFileSync(join(fleetFolder(cwd, 'runs', runId), 'report.json'), JSON.stringify(report), { mode: 0o600 })
}

test('the last test of each pair that was run', () => {
  const other = { ...trial, client: 'system-c' }
  keep('A', '2026-01-03T00:00:00.000Z', [{ ...trial, verdict: 'fail' }])
  keep('B', '2026-01-02T00:00:00.000Z', [trial, other])
  keep('C', '2026-01-04T00:00:00.000Z', [{ ...trial, verdict: 'not-run' }])
  fleetFolder(cwd, 'runs', 'D')
  expect(loadPastTests(cwd)).toEqual([
    { ...other, runId: 'B', testedAt: '2026-01-02T00:00:00.000Z' },
    { ...trial, verdict: 'fail', runId: 'A', testedAt: '2026-01-03T00:00:00.000Z' },
  ])
})

test('without runs there is none', () => {
  expect(loadPastTests(cwd)).toEqual([])
})
