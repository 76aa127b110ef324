/** What of a run earlier rollbacks took back, and what rollback and its like say of the folder that runs are kept in. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.ts'
import { reportError } from '../../src/cli/errors.ts'
import { countTaken, markTaken, takeBackTask, withNeverKept } from '../../src/cli/run/taken-back.ts'
import type { ChangeStatus } from '../../src/model/report.ts'
import { createJournal } from '../../src/store/journal.ts'
import type { RunState } from '../../src/store/run-state.ts'
import { change, changeReport } from '../report/sample.ts'
import { testIo } from './test-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mptcp-fleet-taken-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

async function call(...argv: string[]): Promise<{ code: number; err: string }> {
  const { io, err } = testIo({ cwd })
  const code = await dispatch(argv, io).catch((error: unknown) => reportError(error, io))
  return { code, err: err().replaceAll(/\s+/g, ' ') }
}

const FACT = 'command/x'

/** Runs in their order: of which run each is the rollback (`null`: an apply), and what became of its change. */
function runs(...list: [runId: string, of: string | null, status?: ChangeStatus][]): RunState[] {
  return list.map(([runId, of, status = 'done'], index) => {
    const task = of === null ? 'x' : takeBackTask(of)
    const one = { task, fact: FACT, summary: 'run x', status }
    return {
      runId,
      command: of === null ? 'apply' : 'rollback',
      startedAt: `2026-01-02T03:04:0${index}.000Z`,
      endedAt: null,
      exitCode: 0,
      request: null,
      hosts: [{ name: 'a', status: 'changed', changes: [one], error: null, open: [], guard: null }],
    }
  })
}

const marks = (list: RunState[], of: string, changes = 1): boolean[] => {
  const undo = [{ kind: 'run', argv: ['undo'] }] as const
  const recorded = { change: change('a', { fact: FACT, undo }), observed: undefined, withheld: false }
  const all = Array.from({ length: changes }, () => recorded)
  const taken = withNeverKept(countTaken(list, of), list, of)
  return markTaken(all, taken.get('a')).map(({ takenBack }) => takenBack === true)
}

describe('what an opaque task did', () => {
  const back: [string, string] = ['B', 'A']
  test.each<[string, RunState[], boolean]>([
    ['is there after its run', runs(['A', null]), false],
    ['was never done', runs(['A', null, 'not-started']), true],
    ['was taken back by the guard', runs(['A', null, 'rolled-back']), true],
    ['may be there where nothing is known', runs(['A', null, 'unknown']), false],
    ['is taken back by a rollback', runs(['A', null], back), true],
    ['is not by one of another run', runs(['A', null], ['C', null], ['B', 'C']), false],
    ['is not by one that failed', runs(['A', null], ['B', 'A', 'failed']), false],
    ['is not by one of which nothing is known', runs(['A', null], ['B', 'A', 'unknown']), false],
    ['is not by one that the host took back', runs(['A', null], ['B', 'A', 'rolled-back']), false],
    ['is there again once the rollback is taken back', runs(['A', null], back, ['C', 'B']), false],
    ['and can be taken back again', runs(['A', null], back, ['C', 'B'], ['D', 'A']), true],
    ['also by taking that back', runs(['A', null], back, ['C', 'B'], ['D', 'C']), true],
    ['is not by a rollback that began before it', runs(back, ['A', null]), false],
    [
      'is not by a playbook whose task has that name',
      [...runs(['A', null]), { ...runs(['A', null], back)[1]!, command: 'apply' }],
      false,
    ],
  ])('%s', (_, list, taken) => expect(marks(list, 'A')).toEqual([taken]))

  test('several times is taken back the latest first', () =>
    expect(marks(runs(['A', null], back), 'A', 2)).toEqual([false, true]))

  test('can be read of the host where it is no opaque task: nothing is marked', () => {
    const recorded = { change: change('a'), observed: undefined, withheld: false }
    const { fact } = recorded.change
    expect(markTaken([recorded], new Map([[fact, 1]]))).toEqual([recorded])
  })
})

describe('the folder', () => {
  const COMMANDS = [
    ['runs', 'list'],
    ['runs', 'show', 'last'],
    ['rollback', 'last', '-i', 'hosts.yml', '--check'],
    ['apply', '--resume', 'last', '--yes'],
    ['plan', '--diff-from', 'last', '-i', 'hosts.yml', 'p.yml'],
  ]

  test.each(COMMANDS)('that others can write to is refused: %s %s', async (...argv) => {
    mkdirSync(join(cwd, '.mptcp-fleet/runs'), { recursive: true, mode: 0o700 })
    chmodSync(join(cwd, '.mptcp-fleet/runs'), 0o777)
    const { code, err } = await call(...argv.filter((word) => word !== undefined))
    expect(err).toContain(`${join(cwd, '.mptcp-fleet/runs')} can be written by others (mode 777)`)
    expect(err).toContain('move it away')
    expect(code).toBe(1)
  })
})

function keep(runId: string, at: string, changes: ChangeStatus[]): void {
  const folder = join(cwd, '.mptcp-fleet/runs', runId)
  mkdirSync(join(folder, 'undo'), { recursive: true, mode: 0o700 })
  const journal = createJournal(join(folder, 'journal.ndjson'))
  journal.append({ type: 'run-started', at, runId, command: 'apply', hosts: ['a'], request: null })
  for (const status of changes) {
    const made = changeReport({ status })
    const { task, module, fact, summary } = made
    journal.append({
      type: 'apply-started',
      at,
      host: 'a',
      attempt: runId,
      guard: null,
      changes: [{ task, module, fact, summary }],
    })
    journal.append({ type: 'apply-finished', at, host: 'a', changes: [made] })
  }
  journal.close()
}

test('where the last run changed nothing, the latest that did is named', async () => {
  writeFileSync(join(cwd, 'hosts.yml'), 'all: { hosts: { a: { ansible_host: 192.0.2.1 } } }\n')
  keep('20260102T030405Z-aaaaaa', '2026-01-02T03:04:05.000Z', ['done'])
  keep('20260102T030406Z-aaaaaa', '2026-01-02T03:04:06.000Z', ['done'])
  keep('20260102T030407Z-aaaaaa', '2026-01-02T03:04:07.000Z', ['failed'])
  keep('20260102T030408Z-aaaaaa', '2026-01-02T03:04:08.000Z', [])
  keep('20991231T000000Z-aaaaaa', '2099-12-31T00:00:00.000Z', ['done'])
  const { code, err } = await call('rollback', 'last', '-i', 'hosts.yml', '--check')
  expect(err).toContain('run 20260102T030408Z-aaaaaa changed nothing that could be taken back')
  expect(err).toContain('the latest that changed something is 20260102T030406Z-aaaaaa (apply)')
  expect(code).toBe(1)
})
