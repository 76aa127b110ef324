/** Steps of an undo that fail, played through on this machine. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newAttempt, takeRecord } from '../../src/engine/attempt.ts'
import type { Attempt } from '../../src/engine/attempt.ts'
import { undoScript } from '../../src/engine/script/undo-script.ts'
import type { PlannedChange, RunStep } from '../../src/model/change.ts'
import { scriptText } from '../support/sh.ts'

const ID = '20260102T030405Z-abcdef'

let folder = ''
const at = (name: string): string => path.join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-undo-'))
  for (const name of ['bin', `armed-${ID}`, ID]) mkdirSync(at(name))
  for (const name of ['systemctl', 'nmcli'])
    writeFileSync(at(`bin/${name}`), '#!/bin/sh\n[ "$1" = -c ] || exit 1\nexec sh "$@"\n', { mode: 0o755 })
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 10 }))

const step = (text: string): RunStep => ({ kind: 'run', argv: ['sh', '-c', `cd ${folder}; ${text}`] })

/** Programs of these names are the shell: what an undo does again depends on the program. */
const named = (program: string, { argv, ...rest }: RunStep): RunStep => ({ ...rest, argv: [program, ...argv.slice(1)] })

/** Fails until it was called `times` times before, and then does what `text` says. */
const late = (name: string, times: number, text: string): RunStep =>
  step(`echo >>${name}.calls; [ "$(wc -l <${name}.calls)" -gt ${times} ] || { echo no space >&2; exit 1; }; ${text}`)

function change(fact: string, undo: RunStep[], more: Partial<PlannedChange> = {}): PlannedChange {
  const task = { name: fact, module: 'set', source: { file: 'site.yml', line: 1, column: 1 } }
  const apply = [step(':')]
  return {
    fact,
    before: '0',
    after: '1',
    summary: fact,
    apply,
    undo,
    disruptive: false,
    task,
    ...more,
  } as PlannedChange
}

function undo(changes: PlannedChange[]): { attempt: Attempt; failed: number } {
  const attempt = newAttempt(ID, 1, changes, 60)
  writeFileSync(at(`${ID}/steps`), attempt.placed.map((_, number) => `b ${number}\n${number} 0\n`).join(''))
  writeFileSync(at(`armed-${ID}/undo`), scriptText([undoScript(attempt, attempt.undo, [])]))
  const env = { PATH: `${at('bin')}:${process.env['PATH']!}` }
  const { status, stderr } = spawnSync('sh', [at(`armed-${ID}/undo`)], { env, encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  const stdout = ['steps', 'outcome'].map((name) => readFileSync(at(`${ID}/${name}`), 'utf8')).join('')
  const { outcome, failedUndo } = takeRecord(attempt, {
    stdout: stdout.replace(/^rolled/m, 'outcome rolled'),
    stderr: '',
    rc: 0,
  })
  expect(outcome).toBe('rolled-back')
  return { attempt, failed: failedUndo }
}

const read = (name: string): string => readFileSync(at(name), 'utf8')
const calls = (name: string): number => (existsSync(at(`${name}.calls`)) ? read(`${name}.calls`).length : 0)

describe('a step of an undo that fails at first', () => {
  it('is done again, with what follows it in its change: that has built on what it was to do', () => {
    writeFileSync(at('profile'), 'new\n')
    const profile = [late('first', 1, 'echo old >profile'), named('nmcli', late('up', 0, 'cp profile card'))]
    const { attempt, failed } = undo([change('a', [late('other', 0, ':')]), change('b', profile)])
    expect([failed, attempt.undoFailed.size]).toEqual([0, 0])
    expect([read('profile'), read('card')]).toEqual(['old\n', 'old\n'])
    expect([calls('first'), calls('up'), calls('other')]).toEqual([2, 2, 1])
  })

  it('is done once in a round, where others of its change fail too', () => {
    const steps = [late('first', 1, ':'), late('second', 2, ':'), named('systemctl', late('third', 0, ':'))]
    const { attempt, failed } = undo([change('a', steps)])
    expect([failed, attempt.undoFailed.size]).toEqual([0, 0])
    expect([calls('first'), calls('second'), calls('third')]).toEqual([2, 3, 3])
  })

  it('is not followed by what was done and fails the second time', () => {
    mkdirSync(at('folder'))
    const rmdir: RunStep = { kind: 'run', argv: ['rmdir', at('folder')] }
    const remove = named('nmcli', late('remove', 0, '[ "$1" = delete ] && rm profile'))
    writeFileSync(at('profile'), '')
    const gone = { ...remove, argv: [...remove.argv, 'sh', 'delete'] }
    const { attempt, failed } = undo([change('a', [late('first', 1, ':'), rmdir, gone])])
    expect([failed, attempt.undoFailed.size]).toEqual([0, 0])
    expect([existsSync(at('folder')), calls('first'), calls('remove')]).toEqual([false, 2, 1])
  })

  it('is told where it fails to the end', { timeout: 60_000 }, () => {
    const { attempt, failed } = undo([change('a', [late('good', 0, ':')]), change('b', [late('bad', 100, ':')])])
    expect([failed, [...attempt.undoFailed]]).toEqual([1, [1]])
    expect([calls('good'), calls('bad')]).toEqual([1, 9])
    expect(read(`${ID}/undo-failures`)).toContain('no space')
  })

  it('is left alone where it is what the author of a task wrote', () => {
    const own = change('a', [late('own', 1, ':')], { opaque: true })
    const { attempt, failed } = undo([own, change('b', [late('other', 1, ':')])])
    expect([failed, [...attempt.undoFailed]]).toEqual([1, [0]])
    expect([calls('own'), calls('other')]).toEqual([1, 2])
  })
})
