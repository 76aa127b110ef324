import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { HostError } from '../../src/model/errors.ts'
import { Secret } from '../../src/model/secret.ts'
import { hostFileName } from '../../src/store/file-name.ts'
import { fleetFolder } from '../../src/store/fleet-folder.ts'
import { keepRun } from '../../src/store/keep-run.ts'
import { listRuns, loadReport, loadUndo } from '../../src/store/load-run.ts'
import { keptChanges, undoSegment } from '../../src/store/undo-record.ts'
import { change, events, runReport } from '../report/sample.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mptcp-fleet-store-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const runId = runReport().runId
const mode = (path: string): string => (lstatSync(path).mode & 0o777).toString(8)
const applyStarted = (host: string, changes = [change(host)]) =>
  ({ type: 'apply-started', host, address: '203.0.113.7', become: null, attempt: runId, guard: null, changes }) as const

describe('keepRun', () => {
  it('keeps report and undo records, readable for their owner only', () => {
    const { folder, subscriber } = keepRun(cwd, runId)
    for (const event of events()) subscriber(event)
    expect(readFileSync(join(cwd, '.mptcp-fleet/.gitignore'), 'utf8')).toBe('*\n')
    expect(readdirSync(folder).toSorted()).toEqual(['journal.ndjson', 'report.json', 'undo'])
    expect(mode(join(cwd, '.mptcp-fleet'))).toBe('700')
    expect(mode(join(folder, 'report.json'))).toBe('600')
    expect(mode(join(folder, 'undo/system-a.json'))).toBe('600')
    expect(loadReport(cwd, runId)).toEqual(runReport())
    expect(listRuns(cwd)).toEqual([runId])
  })

  it('has the undo record on the disk when apply-started returns, segment after segment', async () => {
    const { subscriber } = keepRun(cwd, runId)
    subscriber(applyStarted('a'))
    const [first] = await loadUndo(cwd, runId)
    expect(first).toMatchObject({ host: 'a', address: '203.0.113.7', segments: [{ changes: [{ before: '0' }] }] })
    subscriber(applyStarted('a', [change('a', { summary: 'second' })]))
    const [second] = await loadUndo(cwd, runId)
    expect(second?.segments.map((segment) => segment.changes[0]?.summary)).toEqual([
      'set net.mptcp.enabled to 1',
      'second',
    ])
  })

  it('gives the changes back as the engine undoes them', async () => {
    const bytes = 'exactly\tthese\u0000 bytes ä\n'
    const undo = [{ kind: 'write', path: '/etc/x', bytes, mode: '0600', owner: 'root', group: 'root' }] as const
    const { subscriber } = keepRun(cwd, runId)
    subscriber(applyStarted('a', [change('a', { undo })]))
    const kept = keptChanges((await loadUndo(cwd, runId))[0]!)
    expect(kept).toMatchObject([{ change: { host: 'a', checkOnly: false, undo }, withheld: false }])
    expect(kept[0]?.change.apply).toEqual(change('a').apply)
  })

  it('never keeps a secret, and says which changes it cannot undo therefore', async () => {
    const undo = [{ kind: 'run', argv: ['passwd'], stdin: new Secret('tiger') }] as const
    const { subscriber, folder } = keepRun(cwd, runId)
    subscriber(applyStarted('a', [change('a', { undo, summary: 'set it' }), change('a')]))
    expect(readFileSync(join(folder, 'undo/a.json'), 'utf8')).not.toContain('tiger')
    const kept = keptChanges((await loadUndo(cwd, runId))[0]!)
    expect(kept.map(({ change: { summary }, withheld }) => [summary, withheld])).toEqual([
      ['set it', true],
      ['set net.mptcp.enabled to 1', false],
    ])
  })

  it('keeps what a command under no_log runs only where the record is encrypted; how it is undone always', async () => {
    const apply = [{ kind: 'run', argv: ['register', 'tiger'] }] as const
    const undo = [{ kind: 'run', argv: ['deregister'] }] as const
    const hidden = change('a', { apply, undo, opaque: true, noLog: true })
    const { subscriber, folder } = keepRun(cwd, runId)
    subscriber(applyStarted('a', [hidden, change('a', { apply, undo, opaque: true })]))
    const text = readFileSync(join(folder, 'undo/a.json'), 'utf8')
    expect(text.match(/tiger/g)).toHaveLength(1)
    const kept = keptChanges((await loadUndo(cwd, runId))[0]!)
    expect(kept).toMatchObject([
      { change: { apply: [], undo }, withheld: false },
      { change: { apply, undo }, withheld: false },
    ])
    expect(undoSegment([hidden], new Date(0), true).changes[0]).toMatchObject({ apply, undo })
  })

  it('fails the host whose record cannot be written, before anything is changed', () => {
    const { subscriber, folder } = keepRun(cwd, runId)
    rmSync(join(folder, 'undo'), { recursive: true })
    writeFileSync(join(folder, 'undo'), '')
    expect(() => subscriber(applyStarted('a'))).toThrow(HostError)
  })
})

describe('the folder', () => {
  it('is refused as a symbolic link, wherever it leads', () => {
    mkdirSync(join(cwd, 'elsewhere'))
    symlinkSync(join(cwd, 'elsewhere'), join(cwd, '.mptcp-fleet'))
    expect(() => keepRun(cwd, runId)).toThrow(DiagnosticsError)
    expect(readdirSync(join(cwd, 'elsewhere'))).toEqual([])
  })

  it('is refused where a part below it is a symbolic link or a file', () => {
    fleetFolder(cwd)
    symlinkSync(tmpdir(), join(cwd, '.mptcp-fleet/runs'))
    expect(() => keepRun(cwd, runId)).toThrow(/symbolic link/)
    rmSync(join(cwd, '.mptcp-fleet/runs'))
    writeFileSync(join(cwd, '.mptcp-fleet/runs'), '')
    expect(() => keepRun(cwd, runId)).toThrow(/not a folder/)
  })

  it('keeps a .gitignore that somebody wrote', () => {
    fleetFolder(cwd)
    chmodSync(join(cwd, '.mptcp-fleet'), 0o755)
    writeFileSync(join(cwd, '.mptcp-fleet/.gitignore'), '*.json\n')
    fleetFolder(cwd)
    expect(readFileSync(join(cwd, '.mptcp-fleet/.gitignore'), 'utf8')).toBe('*.json\n')
  })
})

describe('loading', () => {
  it('names a run that is close to the one asked for', async () => {
    keepRun(cwd, runId)
    await expect(loadUndo(cwd, `${runId}x`)).rejects.toThrow(`there is no run ${runId}x`)
    await expect(loadUndo(cwd, '../../etc')).rejects.toThrow('there is no run')
  })

  it('refuses what is not a record', async () => {
    const { folder } = keepRun(cwd, runId)
    expect(() => loadReport(cwd, runId)).toThrow(/cannot read/)
    writeFileSync(join(folder, 'undo/a.json'), '{"schemaVersion": 9}')
    await expect(loadUndo(cwd, runId)).rejects.toThrow(/schemaVersion/)
  })
})

describe('hostFileName', () => {
  it.each([['system-a'], ['10.0.0.1'], ['web_01.example.org']])('%s stays', (name) =>
    expect(hostFileName(name)).toBe(name),
  )

  it.each([
    ['../../etc/passwd'],
    ['.hidden'],
    ['a/b'],
    ['A'],
    ['x'.repeat(300)],
    ['fe80::1%eth0'],
    ['\u0000'],
    ['ä'],
    [''],
  ])('%j is made safe', (name) => expect(hostFileName(name)).toMatch(/^[a-z0-9._-]{0,60}~[0-9a-f]{16}$/))

  it('tells hosts apart that a file system might not', () => expect(hostFileName('A')).not.toBe(hostFileName('a')))
})
