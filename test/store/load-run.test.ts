/** Reading kept runs: what others could have put there is refused, by its name, whatever it is read for. */
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { createJournal } from '../../src/store/journal.ts'
import type { JournalEntry } from '../../src/store/journal.ts'
import { keepRun } from '../../src/store/keep-run.ts'
import { loadReport, loadRunStarts, loadRunState, loadUndo, runNamed } from '../../src/store/load-run.ts'
import { events, runReport } from '../report/sample.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mptcp-fleet-load-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const { runId } = runReport()
const NOBODY = 65534

/** Keeps a run that began at a time. */
function keep(name: string, at: string, more: Partial<Extract<JournalEntry, { type: 'run-started' }>> = {}): void {
  const folder = join(cwd, '.mptcp-fleet/runs', name)
  mkdirSync(join(folder, 'undo'), { recursive: true, mode: 0o700 })
  const journal = createJournal(join(folder, 'journal.ndjson'))
  journal.append({ type: 'run-started', at, runId: name, command: 'apply', hosts: [], request: null, ...more })
  journal.close()
}

const READERS: Record<string, (() => unknown) | undefined> = {
  list: () => loadRunStarts(cwd).map(({ folder }) => loadRunState(cwd, folder)),
  last: () => runNamed(cwd, 'last'),
  named: () => runNamed(cwd, runId),
  state: () => loadRunState(cwd, runId),
  undo: () => loadUndo(cwd, runId),
  report: () => loadReport(cwd, runId),
}
const ALL = Object.keys(READERS)
const OF_JOURNAL = ['list', 'last', 'named', 'state']

const PLACES: [place: string, readers: string[]][] = [
  ['.mptcp-fleet', ALL],
  ['.mptcp-fleet/runs', ALL],
  [`.mptcp-fleet/runs/${runId}`, ALL],
  [`.mptcp-fleet/runs/${runId}/undo`, ['undo']],
  [`.mptcp-fleet/runs/${runId}/undo/system-a.json`, ['undo']],
  [`.mptcp-fleet/runs/${runId}/journal.ndjson`, OF_JOURNAL],
  [`.mptcp-fleet/runs/${runId}/report.json`, ['report']],
]

const SPOILS: [how: string, spoil: (path: string) => void, said: string][] = [
  ['writable by others', (path) => chmodSync(path, 0o777), 'can be written by others (mode 777)'],
  [
    'a link',
    (path) => {
      renameSync(path, join(cwd, 'elsewhere'))
      symlinkSync(join(cwd, 'elsewhere'), path)
    },
    'is a symbolic link',
  ],
  ...(process.getuid?.() === 0
    ? [
        [
          'of another user',
          (path: string) => chownSync(path, NOBODY, NOBODY),
          'belongs to another user (uid 65534)',
        ] as [string, (path: string) => void, string],
      ]
    : []),
]

describe.each(PLACES)('%s', (place, readers) => {
  test.each(SPOILS)('%s is refused by whatever reads it', async (_, spoil, said) => {
    const { subscriber } = keepRun(cwd, runId)
    for (const event of events()) subscriber(event)
    for (const reader of readers) await READERS[reader]!()
    spoil(join(cwd, place))
    for (const reader of readers) {
      const failure = await Promise.resolve()
        .then(READERS[reader])
        .catch((error: unknown) => error)
      expect(failure, reader).toBeInstanceOf(DiagnosticsError)
      const [diagnostic] = (failure as DiagnosticsError).diagnostics
      expect(diagnostic?.summary, reader).toBe(`${join(cwd, place)} ${said}`)
      expect(diagnostic?.hint, reader).toContain('move it away')
    }
  })
})

describe('last', () => {
  const OLD = '20260102T030405Z-aaaaaa'
  const NEW = '20260102T030405Z-000000'

  test('is the run that began last, whatever its name and whatever lies beside it', () => {
    keep(OLD, '2026-01-02T03:04:05.000Z')
    keep(NEW, '2026-01-02T03:04:05.900Z')
    expect(runNamed(cwd, 'last')).toBe(NEW)
    keep('20991231T000000Z-aaaaaa', '2099-12-31T00:00:00.000Z')
    keep('20991231T000000Z-bbbbbb', 'soon')
    mkdirSync(join(cwd, '.mptcp-fleet/runs/20991231T000000Z-cccccc'), { mode: 0o700 })
    writeFileSync(join(cwd, '.mptcp-fleet/runs/zzz'), '')
    expect(runNamed(cwd, 'last')).toBe(NEW)
    expect(runNamed(cwd, OLD)).toBe(OLD)
  })

  test('may begin a little after now, since clocks differ', () => {
    keep(OLD, '2026-01-02T03:04:05.000Z')
    keep(NEW, new Date(Date.now() + 60_000).toISOString())
    expect(runNamed(cwd, 'last')).toBe(NEW)
  })

  test('is none where all begin in the future, or none is kept', () => {
    expect(() => runNamed(cwd, 'last')).toThrow('there is no run last')
    keep('20991231T000000Z-aaaaaa', '2099-12-31T00:00:00.000Z')
    expect(() => runNamed(cwd, 'last')).toThrow('begin in the future')
  })

  test.each(['last', '20260103T030405Z-aaaaaa'])('%s is refused where its journal is that of another run', (name) => {
    keep('20260103T030405Z-aaaaaa', '2026-01-03T03:04:05.000Z', { runId: OLD })
    expect(() => runNamed(cwd, name)).toThrow(`holds the journal of another run, ${OLD}`)
    expect(() => loadRunState(cwd, '20260103T030405Z-aaaaaa')).toThrow('another run')
  })

  test('a copy of a run is refused', () => {
    keep(OLD, '2026-01-02T03:04:05.000Z')
    const runs = join(cwd, '.mptcp-fleet/runs')
    cpSync(join(runs, OLD), join(runs, 'copy'), { recursive: true })
    chmodSync(join(runs, 'copy'), 0o700)
    expect(() => runNamed(cwd, 'copy')).toThrow('another run')
  })
})

test.each(['..', '.', '', '../../etc', 'a/b', '.git'])('%j is no name of a run', (name) => {
  keep(runId, '2026-01-02T03:04:05.000Z')
  expect(() => runNamed(cwd, name)).toThrow('there is no run')
})
