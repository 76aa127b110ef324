/** The journal, and what is known of a run that was cut off at any of its lines. */
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { appendToJournal, createJournal, parseJournal } from '../../src/store/journal.ts'
import type { JournalEntry } from '../../src/store/journal.ts'
import { runState } from '../../src/store/run-state.ts'
import { readTrusted } from '../../src/store/trust.ts'
import { changeReport } from '../report/sample.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mptcp-fleet-journal-'))
  path = join(folder, 'journal.ndjson')
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = '2026-01-02T03:04:05.000Z'
const { task, module, fact, summary } = changeReport()
const intent = { task, module, fact, summary }
const started: JournalEntry = {
  type: 'run-started',
  at,
  runId: 'RUN',
  command: 'apply',
  hosts: ['a', 'b'],
  request: { playbooks: ['p.yml'], inventories: ['i.yml'], limit: null, tags: [], skipTags: [] },
}
const applying: JournalEntry = { type: 'apply-started', at, host: 'a', attempt: 'RUN', guard: 60, changes: [intent] }
const applied: JournalEntry = { type: 'apply-finished', at, host: 'a', changes: [changeReport()] }
const hostDone: JournalEntry = { type: 'host-finished', at, host: 'a', status: 'changed', error: null }
const ended: JournalEntry = { type: 'run-finished', at, exitCode: 0 }

function written(entries: readonly JournalEntry[]): string {
  const journal = createJournal(path)
  for (const entry of entries) journal.append(entry)
  journal.close()
  return readFileSync(path, 'utf8')
}

describe('the journal', () => {
  test('gives back what was written, and passes over a line that power loss cut off', () => {
    const text = written([started, applying, applied])
    expect(parseJournal(text, path)).toEqual([started, applying, applied])
    expect(parseJournal(text.slice(0, -20), path)).toEqual([started, applying])
  })

  test('goes on behind such a line', () => {
    writeFileSync(path, written([started, applying]).slice(0, -20), { flag: 'w' })
    appendToJournal(path, applied)
    expect(parseJournal(readFileSync(path, 'utf8'), path)).toEqual([started, applied])
  })

  test('is never one that was there, and a line that means nothing is told by its number', () => {
    const text = written([started])
    expect(() => createJournal(path)).toThrow(/cannot make/)
    expect(() => parseJournal(`${text}{"type":"else"}\n${text}`, path)).toThrow(/journal.ndjson:2/)
  })
})

const of = (...entries: JournalEntry[]): unknown => runState(entries)

describe('what is known of a run', () => {
  test('that was killed before anything began', () => {
    expect(of(started)).toMatchObject({
      endedAt: null,
      hosts: [
        { name: 'a', status: 'not-started', changes: [] },
        { name: 'b', status: 'not-started' },
      ],
    })
  })

  test('that was killed in mid-apply: unknown, and under which name the host keeps its record', () => {
    expect(of(started, applying)).toMatchObject({
      hosts: [{ status: 'unknown', open: ['RUN'], guard: 60, changes: [{ fact, status: 'unknown' }] }, {}],
    })
  })

  test('that was killed after it: what was done', () => {
    expect(of(started, applying, applied)).toMatchObject({
      endedAt: null,
      hosts: [{ status: 'changed', open: [], changes: [{ fact, status: 'done' }] }, { status: 'not-started' }],
    })
    const failed = { ...applied, changes: [changeReport({ status: 'failed' })] } as JournalEntry
    expect(of(started, applying, failed)).toMatchObject({ hosts: [{ status: 'failed' }, {}] })
    const unknown = { ...applied, changes: [changeReport({ status: 'unknown' })] } as JournalEntry
    expect(of(started, applying, unknown)).toMatchObject({ hosts: [{ status: 'unknown', open: ['RUN'] }, {}] })
  })

  test('that came to its end, also where it was taken up later', () => {
    expect(of(started, applying, applied, hostDone, ended)).toMatchObject({ endedAt: at, exitCode: 0 })
    expect(of(started, applying, ended, applied)).toMatchObject({ endedAt: at, hosts: [{ status: 'changed' }, {}] })
  })

  test('without a beginning: nothing', () => expect(of(applied)).toBeNull())
})

describe('trust', () => {
  test('what others could have written is refused, and so is a link', () => {
    appendFileSync(path, 'text')
    expect(readTrusted(path)).toBe('text')
    chmodSync(path, 0o646)
    expect(() => readTrusted(path)).toThrow(/can be written by others/)
    symlinkSync(path, join(folder, 'link'))
    expect(() => readTrusted(join(folder, 'link'))).toThrow(/symbolic link/)
  })
})
