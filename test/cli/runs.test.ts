/** `runs diff`, `runs trend` and `runs prune`, as they are typed, over runs that are kept. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.ts'
import { SEVERITIES } from '../../src/model/audit.ts'
import { keepAudit } from '../../src/store/audit-record.ts'
import type { JournalEntry } from '../../src/store/journal.ts'
import { createJournal } from '../../src/store/journal.ts'
import { auditReport } from '../report/audit/fleet-sample.ts'
import { finding, runReport } from '../report/sample.ts'
import { testIo } from './test-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mptcp-fleet-runs-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

async function runs(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const { io, out, err } = testIo({ cwd })
  const code = await dispatch(['runs', ...argv], io)
  return { code, out: out(), err: err().replaceAll(/\s+/g, ' ') }
}

const kept = (): string[] => readdirSync(join(cwd, '.mptcp-fleet/runs')).toSorted()

type Started = Extract<JournalEntry, { type: 'run-started' }>
type Applied = Extract<JournalEntry, { type: 'apply-finished' }>

/** A run that was no audit; `more` goes into its journal. */
function keepRun(
  runId: string,
  at: string,
  start: Partial<Started> = {},
  more: JournalEntry[] = [],
  ended = true,
): void {
  const folder = join(cwd, '.mptcp-fleet/runs', runId)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const journal = createJournal(join(folder, 'journal.ndjson'))
  journal.append({ type: 'run-started', at, runId, command: 'apply', hosts: ['a'], request: null, ...start })
  for (const entry of more) journal.append(entry)
  if (ended) journal.append({ type: 'run-finished', at, exitCode: 0 })
  journal.close()
}

function keepReport(runId: string, more: Partial<ReturnType<typeof runReport>>): void {
  const path = join(cwd, '.mptcp-fleet/runs', runId, 'report.json')
  writeFileSync(path, JSON.stringify({ ...runReport(), runId, ...more }), { mode: 0o600 })
}

function keepAudits(): void {
  const days = [
    { day: '2026-11-01', a: ['pass', 'fail', 'pass'], b: ['pass', 'pass', 'pass'], value: '1' },
    { day: '2026-11-02', a: ['fail', 'fail', 'pass'], b: ['pass', 'pass', 'pass'], value: '0' },
    { day: '2026-11-03', a: ['fail', 'pass', 'pass'], b: ['fail', 'pass', 'pass'], value: '0' },
  ] as const
  for (const { day, a, b, value } of days) {
    const report = auditReport({ a, b }, { day, value: (host) => (host === 'a' ? value : '1') })
    const hosts = report.hosts.map((host) => ({ ...host, groups: host.name === 'a' ? ['edge'] : ['core', 'site1'] }))
    keepAudit(cwd, { ...report, hosts })
  }
}

describe('runs diff', () => {
  test('of two audits: newly failing, fixed, still failing since when, and what drifted', async () => {
    keepAudits()
    const { code, out } = await runs('diff', 'run-2026-11-02')
    expect(code).toBe(0)
    expect(out).toContain('from run-2026-11-02: audit of all by baseline, begun 2026-11-02T03:00:00.000Z')
    expect(out).toMatch(/newly failing\n {2}b: enabled-running/)
    expect(out).toMatch(/fixed\n {2}a: limits-sufficient/)
    expect(out).toMatch(/still failing\n {2}a: enabled-running.*\(since\s+2026-11-02/s)
    const json = JSON.parse((await runs('diff', '2026-11-01', '--output', 'json')).out) as unknown
    expect(json).toMatchObject({
      earlier: { runId: 'run-2026-11-01' },
      later: { runId: 'run-2026-11-03' },
      drifted: [
        { host: 'a', fact: 'sysctl/net.mptcp.enabled', before: '1', after: '0', lastSeen: '2026-11-01T03:00:00.000Z' },
      ],
    })
  })

  test('is told from the earlier to the later, in whatever order they are named', async () => {
    keepAudits()
    const [one, other] = [await runs('diff', 'last', '2026-11-01'), await runs('diff', '2026-11-01', 'last')]
    expect(one).toEqual(other)
    expect(one.out).toContain('newly failing')
  })

  test('`last` and days mean audits by the same profile of some of the same hosts', async () => {
    keepAudits()
    const other = auditReport({ a: ['fail', 'fail', 'fail'] }, { day: '2026-11-04' })
    keepAudit(cwd, { ...other, profile: { ...other.profile, name: 'client' } })
    keepAudit(cwd, auditReport({ z: ['pass', 'pass', 'pass'] }, { day: '2026-11-05' }))
    const pair = async (...names: string[]): Promise<unknown> =>
      JSON.parse((await runs('diff', ...names, '--output', 'json')).out)
    expect(await pair('run-2026-11-01')).toMatchObject({ later: { runId: 'run-2026-11-03' }, notes: [] })
    expect(await pair('run-2026-11-01', '2026-11-05')).toMatchObject({ later: { runId: 'run-2026-11-03' } })
    // Named by hand it is what is asked for, and how they differ is told.
    expect(await pair('run-2026-11-03', 'run-2026-11-04')).toMatchObject({
      earlier: { profile: 'baseline', pattern: 'all' },
      later: { profile: 'client' },
      notes: ['The profile is another: baseline, and then client.', 'Hosts of the earlier audit alone: b.'],
    })
    const { code, err } = await runs('diff', 'run-2026-11-04')
    expect([code, err]).toEqual([1, expect.stringContaining('both names mean the run run-2026-11-04')])
  })

  test('a kept audit that cannot be read is told of, and the others are compared', async () => {
    keepAudits()
    writeFileSync(join(cwd, '.mptcp-fleet/runs/run-2026-11-01/matrix.json'), '{"recordVersion":1}')
    const { code, out, err } = await runs('diff', 'run-2026-11-02')
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/still failing\n {2}a: enabled-running.*\(since\s+2026-11-02/s),
    ])
    expect(err.match(/run-2026-11-01 is left out/g)).toHaveLength(1)
    expect((await runs('trend')).out).toContain('run-2026-11-02')
    expect((await runs('diff', 'run-2026-11-01')).err).toContain('move the folder of this run away')
    writeFileSync(join(cwd, '.mptcp-fleet/runs/run-2026-11-01/summary.json'), '{')
    const list = await runs('list')
    expect([list.code, list.out]).toEqual([0, expect.stringContaining('run-2026-11-01')])
    expect(list.err).toMatch(/run-2026-11-01 is left out: \S+summary.json/)
  })

  test('of two runs: hosts, changes and verdicts that differ', async () => {
    keepRun('R1', '2026-11-01T00:00:00.000Z')
    keepRun('R2', '2026-11-02T00:00:00.000Z')
    const { hosts, trials } = runReport()
    keepReport('R1', {})
    keepReport('R2', {
      hosts: hosts.map((host, index) => (index === 0 ? { ...host, status: 'failed', changes: [] } : host)),
      trials: trials.map((trial) => ({ ...trial, verdict: 'fail', reasons: ['\u001B[31m one path'] })),
    })
    const { out } = await runs('diff', 'R1')
    expect(out).toContain(`${hosts[0]!.name}: ${hosts[0]!.status}; then failed`)
    expect(out).toMatch(/CHANGES\n.*only in the earlier run/s)
    expect(out).toMatch(/TRIALS\n.*pass.*; then\s+fail: \\x1b\[31m one path/s)
    expect(out).not.toContain('\u001B[31m')
  })

  test('of two that did the same', async () => {
    for (const [index, id] of ['R1', 'R2'].entries()) {
      keepRun(id, `2026-11-0${index + 1}T00:00:00.000Z`)
      keepReport(id, {})
    }
    expect((await runs('diff', 'R1', 'R2')).out).toContain('no host, change or verdict differs')
  })

  test.each<[string[], string]>([
    [['run-2026-11-01', 'R1'], 'run-2026-11-01 is an audit, R1 an apply: they have nothing to compare'],
    [['R1', 'run-2026-11-01'], 'the last run that changed or tested hosts is R1'],
    [['run-2026-11-03'], 'both names mean the run run-2026-11-03'],
    [['R1', '2026-10-01'], 'no run that changed or tested hosts is kept that had begun by 2026-10-01'],
    [['run-2026-11-1'], 'did you mean run-2026-11-01?'],
    [[], 'runs diff needs the id of a run'],
  ])('%j is refused', async (names, expected) => {
    keepAudits()
    keepRun('R1', '2026-11-02T00:00:00.000Z')
    const { code, err } = await runs('diff', ...names)
    expect([code, err]).toEqual([names.length === 0 ? 5 : 1, expect.stringContaining(expected)])
  })
})

describe('runs list', () => {
  test('shows how audits came out', async () => {
    keepAudits()
    const { out } = await runs('list')
    expect(out).toContain('score 84 of baseline, 2 hosts: 1 high')
    expect(JSON.parse((await runs('list', '--output', 'json')).out)).toMatchObject([{ audit: { hosts: 2 } }, {}, {}])
  })

  test('tells of folders that have no journal', async () => {
    keepAudits()
    writeFileSync(join(cwd, '.mptcp-fleet/runs/run-2026-11-02/journal.ndjson'), '{"type":"run-st', { mode: 0o600 })
    const { code, out, err } = await runs('list')
    expect([code, out]).toEqual([0, expect.not.stringContaining('run-2026-11-02')])
    expect(err).toContain('run-2026-11-02 has no journal that can be read, and is left out')
  })

  test('and runs show says which audit it was, and what fails, the worst first, long lists with a count', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `h${index}`)
    const report = auditReport(Object.fromEntries(names.map((name) => [name, ['pass', 'pass', 'fail']])))
    for (const host of report.hosts) host.results[2]!.reason = `${host.name} fell back`
    report.hosts[3]!.results[0]!.status = 'fail'
    keepAudit(cwd, report)
    const { out } = await runs('show', 'last')
    expect(out).toContain('run run-2026-11-01: audit of all by baseline, begun 2026-11-01T03:00:00.000Z')
    expect(out).toMatch(/critical enabled-running.*medium no-fallback.* {4}and 10 more reasons\n/s)
    expect((await runs('show', 'last', '-v')).out).not.toContain('more reasons')
  })

  test('runs show of another run tells what its trials showed and its tasks found', async () => {
    keepRun('R1', '2026-11-01T00:00:00.000Z')
    keepReport('R1', { findings: [finding('a'), finding('b', { fails: false, severity: 'low' })] })
    const { out } = await runs('show', 'R1')
    expect(out).toMatch(/TRIALS\nPASS.*FINDINGS\nhigh limits-sufficient.*low \(below threshold\) limits-sufficient/s)
    const json = JSON.parse((await runs('show', 'R1', '--output', 'json')).out) as unknown
    expect(json).toMatchObject({ runId: 'R1', trials: [{ verdict: 'pass' }], findings: [{ host: 'a' }, { host: 'b' }] })
    writeFileSync(join(cwd, '.mptcp-fleet/runs/R1/report.json'), '{', { mode: 0o600 })
    const cut = await runs('show', 'R1')
    expect([cut.code, cut.err]).toEqual([0, expect.stringContaining('its report is left out')])
  })

  test('and runs show since when controls fail', async () => {
    keepAudits()
    expect((await runs('show', 'last')).out).toMatch(/enabled-running is fail \(the first since 2026-11-02\)/)
  })
})

describe('runs trend', () => {
  test('of the fleet, an audit a line', async () => {
    keepAudits()
    const { code, out } = await runs('trend')
    expect(code).toBe(0)
    expect(out).toMatch(/run-2026-11-02 │ 2026-11-02 03:00 │ {5}2 │ {2}\d\d\.\d │ {7}2 │\n/)
    // No locale: ASCII alone.
    expect(out).toMatch(/\n\d{3}\n/)
  })

  test.each<[string[], object]>([
    [['--control', 'enabled-running'], { name: 'all', failing: [0, 1, 2] }],
    [['--host', 'a'], { name: 'all', failing: [1, 2, 1] }],
    [['--group', 'core'], { name: 'all', failing: [0, 0, 1] }],
    [['--by', 'control'], { name: 'enabled-running', failing: [0, 1, 2] }],
    [['--by', 'host', '--control', 'limits-sufficient'], { name: 'a', failing: [1, 1, 0] }],
    [['--by', 'group', '--host', 'b'], { name: 'core', failing: [0, 0, 1] }],
  ])('%j', async (flags, expected) => {
    keepAudits()
    const { rows } = JSON.parse((await runs('trend', '--output', 'json', ...flags)).out) as {
      rows: { name: string; points: { failing: Record<string, number> }[] }[]
    }
    const failing = rows[0]!.points.map((point) =>
      SEVERITIES.reduce((sum, severity) => sum + point.failing[severity]!, 0),
    )
    expect({ name: rows[0]!.name, failing }).toEqual(expected)
    expect((await runs('trend', ...flags)).code).toBe(0)
  })

  test('is of audits of one pattern by one profile, those of the latest unless others are named', async () => {
    keepAudits()
    keepAudit(cwd, { ...auditReport({ z: ['pass', 'pass', 'pass'] }, { day: '2026-11-04' }), pattern: 'web' })
    expect((await runs('trend')).out).toContain('1 audit of web by baseline; 3 audits of other patterns')
    expect((await runs('trend', '--pattern', 'all')).out).toContain('3 audits of all by baseline')
  })

  test('of groups where no host is in one', async () => {
    keepAudit(cwd, auditReport({ z: ['pass', 'pass', 'pass'] }))
    expect((await runs('trend', '--by', 'group')).out).toBe('1 audit of all by baseline\nno group is in these audits\n')
  })

  test.each<[string[], string, number]>([
    [['--control', 'enabled-runnin'], 'did you mean enabled-running?', 1],
    [['--host', 'c'], 'no audit has the host c', 1],
    [['--group', 'x'], 'no audit has the group x', 1],
    [['--profile', 'server'], 'there are audits of all by baseline', 1],
    [['--keep', '1'], '--keep is for runs prune', 5],
    [['last'], 'takes no further argument', 5],
  ])('%j is refused', async (flags, expected, exit) => {
    keepAudits()
    const { code, err } = await runs('trend', ...flags)
    expect([code, err]).toEqual([exit, expect.stringContaining(expected)])
  })

  test('of nothing', async () => {
    expect((await runs('trend')).err).toContain('no audit is kept in this folder')
  })
})

describe('runs prune', () => {
  const change = { module: 'm', fact: 'f', summary: 's', before: 0, after: 1 }
  const applied = (task: string): JournalEntry[] => {
    const at = '2026-01-01T00:00:00.000Z'
    const intent = { task, module: 'm', fact: 'f', summary: 's' }
    return [
      { type: 'apply-started', at, host: 'a', attempt: 'x', guard: null, changes: [intent] },
      { type: 'apply-finished', at, host: 'a', changes: [{ ...change, task, status: 'done' }] as Applied['changes'] },
    ]
  }

  test('removes nothing unless told what, and nothing without a yes', async () => {
    keepAudits()
    expect((await runs('prune')).code).toBe(5)
    expect((await runs('prune', '--keep', '0')).err).toContain('--yes removes them without asking')
    expect((await runs('prune', '--keep', '0', '--check')).out).toContain('run-2026-11-01')
    expect(kept()).toHaveLength(3)
  })

  test('the latest stay, and are whole', async () => {
    keepAudits()
    const { code, out } = await runs('prune', '--keep', '1', '--yes')
    expect([code, out]).toEqual([0, expect.stringContaining('2 runs removed')])
    expect(kept()).toEqual(['run-2026-11-03'])
    expect((await runs('show', 'last')).code).toBe(0)
  })

  test('young ones stay, and both rules hold where both are given', async () => {
    keepAudits()
    keepRun('R1', new Date().toISOString())
    const { out } = await runs('prune', '--older-than', '1h', '--keep', '2', '--command', 'audit', '--yes')
    expect(out).toContain('its findings and evidence')
    expect(kept()).toEqual(['R1', 'run-2026-11-02', 'run-2026-11-03'])
  })

  test('a run that was cut off, one whose end nobody knows, and what they took up stay', async () => {
    const request = { playbooks: [], inventories: [], limit: null, tags: [], skipTags: [] }
    keepRun('R1', '2026-01-01T00:00:00.000Z')
    keepRun('R2', '2026-01-02T00:00:00.000Z', { request: { ...request, resumes: 'R1' } }, [], false)
    keepRun('R3', '2026-01-03T00:00:00.000Z', {}, applied('t').slice(0, 1))
    keepRun('R4', '2026-01-04T00:00:00.000Z')
    const { out } = await runs('prune', '--keep', '0', '--yes')
    expect(kept()).toEqual(['R1', 'R2', 'R3'])
    // An audit changes nothing, so that there is nothing to take up.
    keepRun('R5', '2026-01-05T00:00:00.000Z', { command: 'audit' }, [], false)
    expect((await runs('list')).out).toMatch(/R5 .*audit .*without a word/)
    await runs('prune', '--keep', '0', '--yes')
    expect(kept()).toEqual(['R1', 'R2', 'R3'])
    expect(out).toContain('R2, which stays, took it up')
    expect(out).toContain('apply --resume R2 takes it up')
  })

  test('a rollback stays as long as the run that it took back, which would be taken back twice', async () => {
    keepRun('R1', '2026-01-01T00:00:00.000Z', {}, applied('t'))
    keepRun('R2', '2026-01-02T00:00:00.000Z', { command: 'rollback' }, applied('Take back run R1'))
    const { out } = await runs('prune', '--older-than', '1w', '--command', 'rollback', '--yes')
    expect([kept(), out]).toEqual([['R1', 'R2'], expect.stringContaining('it took back R1, which stays')])
    const all = await runs('prune', '--keep', '0', '--yes')
    expect([kept(), all.out]).toEqual([[], expect.stringContaining('rollback R1 will not be possible')])
  })

  test('what an earlier removal left is no run, and goes', async () => {
    keepAudits()
    mkdirSync(join(cwd, '.mptcp-fleet/runs/.removed-X'), { mode: 0o700 })
    expect((await runs('list')).code).toBe(0)
    await runs('prune', '--keep', '3', '--yes')
    expect(kept()).toHaveLength(3)
  })
})
