import { expect, test } from 'vitest'
import { changesSince, renderSince } from '../../src/report/since.ts'
import { PLAIN } from '../../src/report/style.ts'
import { renderRun, renderRunList } from '../../src/report/runs.ts'
import type { ChangeReport, RunReport } from '../../src/model/report.ts'
import { changeReport, runReport } from './sample.ts'

function report(changes: ChangeReport[]): RunReport {
  const [host] = runReport().hosts
  return { ...runReport(), hosts: [{ ...host!, name: 'a', status: 'changed', changes }] }
}

test('what is pending now and was not then, what drifted, and what came true', () => {
  const then = report([
    changeReport({ fact: 'sysctl/x', before: '0', after: '1', status: 'done' }),
    changeReport({ fact: 'sysctl/y', before: '0', after: '1', status: 'planned' }),
    changeReport({ fact: 'sysctl/same', before: '0', after: '1', status: 'planned' }),
  ])
  const now = report([
    changeReport({ fact: 'sysctl/x', before: '7', after: '1', status: 'planned' }),
    changeReport({ fact: 'sysctl/same', before: '0', after: '1', status: 'planned' }),
    changeReport({ fact: 'sysctl/z', before: null, after: '1', status: 'planned' }),
  ])
  const entries = changesSince(then, now)
  expect(entries).toEqual([
    { host: 'a', kind: 'drifted', fact: 'sysctl/x', before: '1', after: '7' },
    { host: 'a', kind: 'new', fact: 'sysctl/z', before: null, after: '1' },
    { host: 'a', kind: 'gone', fact: 'sysctl/y', before: '0', after: '1' },
  ])
  expect(renderSince('RUN', entries, PLAIN)).toBe(`SINCE RUN RUN
a
  sysctl/x: 1 → 7 (was made so then, and is so no more)
  sysctl/z: absent → 1 (pending, and was not then)
  sysctl/y: 0 → 1 (was pending then, and is so by now)
`)
  expect(renderSince('RUN', [], PLAIN)).toContain('nothing changed')
})

test('runs: a list of them, and one that was killed with what is unknown and what to do', () => {
  const run = {
    runId: 'RUN',
    command: 'apply',
    startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: null,
    exitCode: null,
    hosts: [
      {
        name: 'a\u001B[31m',
        status: 'unknown',
        changes: [{ task: 't', fact: 'f', summary: 'set x', status: 'unknown' as const }],
        error: null,
        guard: 60,
      },
      { name: 'b', status: 'not-started', changes: [], error: null, guard: null },
    ],
  }
  expect(renderRunList([run])).toMatch(/RUN +│ apply +│ without a word │ unknown 1, not-started 1/)
  const text = renderRun(run, PLAIN)
  expect(text).toContain('  unknown     set x\n')
  expect(text).toContain('took this back by itself within 60 s after\n  its steps ended')
  expect(text).toContain('apply --resume RUN asks them what was done\n')
  expect(renderRun({ ...run, request: { playbooks: ['p.yml'] } }, PLAIN)).toContain('what was done and goes on\n')
  expect(text).not.toContain('\u001B')
})
