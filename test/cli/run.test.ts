import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Io } from '../../src/cli/io.ts'
import { listenForInterrupts } from '../../src/cli/run/interrupts.ts'
import { askPassword, canAsk, confirm } from '../../src/cli/run/prompt.ts'
import { checkReportFiles, writeReportFiles } from '../../src/cli/run/report-files.ts'
import { splitTags } from '../../src/cli/run/run-flags.ts'
import { ExitError } from '../../src/model/errors.ts'
import { runReport } from '../report/sample.ts'
import { testIo } from './test-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mptcp-fleet-cli-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

/** A terminal on which `typed` is typed. */
function terminal(): { io: Io; type: (text: string) => void; err: () => string; raw: boolean[] } {
  const raw: boolean[] = []
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => raw.push(on) })
  const { io, err } = testIo({ stdin: stdin as unknown as Io['stdin'] })
  io.stderr.isTTY = true
  return { io, type: (text) => stdin.write(text), err, raw }
}

describe('confirm', () => {
  it.each([
    ['y\n', true],
    [' YES \n', true],
    ['n\n', false],
    ['\n', false],
    ['yesterday\n', false],
  ])('%j', async (typed, expected) => {
    const { io, type, err } = terminal()
    const answer = confirm('Apply these changes?', io, new AbortController().signal)
    type(typed)
    expect(await answer).toBe(expected)
    expect(err()).toBe('Apply these changes? [y/N] ')
  })

  it('is no at the end of input and at an interrupt', async () => {
    const { io } = terminal()
    const answer = confirm('?', io, new AbortController().signal)
    ;(io.stdin as unknown as PassThrough).end()
    expect(await answer).toBe(false)
    const stop = new AbortController()
    const other = confirm('?', terminal().io, stop.signal)
    stop.abort()
    expect(await other).toBe(false)
    expect(await confirm('?', terminal().io, stop.signal)).toBe(false)
  })
})

describe('askPassword', () => {
  it('asks only once the terminal no longer shows what is typed', async () => {
    const { io, type, err } = terminal()
    let before = 'never'
    io.stdin.setRawMode = (on) => {
      if (on) before = err()
      return io.stdin
    }
    const answer = askPassword('SSH password: ', '--ask-pass', io)
    type('x\r')
    await answer
    expect(before).toBe('')
  })

  it('shows nothing of what is typed', async () => {
    const { io, type, err, raw } = terminal()
    const answer = askPassword('SSH password: ', '--ask-pass', io)
    type('tigre\u007F\u007Fer ä\r')
    expect((await answer)?.reveal()).toBe('tiger ä')
    expect(err()).toBe('SSH password: \n')
    expect(raw).toEqual([true, false])
  })

  it('is null for an empty answer, 99 at Ctrl-C, and gives the terminal back', async () => {
    const first = terminal()
    const empty = askPassword('?', '-k', first.io)
    first.type('gone\u0015\n')
    expect(await empty).toBeNull()
    const second = terminal()
    const cut = askPassword('?', '-k', second.io)
    second.type('x\u0003')
    await expect(cut).rejects.toMatchObject({ exitCode: 99 })
    expect(second.raw).toEqual([true, false])
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('gives the terminal back at %s', async (signal) => {
    const before = process.listeners(signal)
    const { io, raw } = terminal()
    const answer = askPassword('?', '-k', io)
    const ours = process.listeners(signal).filter((listener) => !before.includes(listener))
    for (const listener of ours) listener(signal)
    await expect(answer).rejects.toMatchObject({ exitCode: 99 })
    expect(raw).toEqual([true, false])
    expect(process.listeners(signal)).toEqual(before)
  })

  it('says what to do where there is no terminal', async () => {
    const { io } = testIo()
    expect(canAsk(io)).toBe(false)
    await expect(askPassword('?', '--ask-pass', io)).rejects.toThrow(/no terminal(.|\n)*--connection-password-file/)
    await expect(askPassword('?', '--ask-pass', io)).rejects.toThrow(ExitError)
  })
})

describe('interrupts', () => {
  it('asks first, cuts second, and stops listening', () => {
    const before = process.listenerCount('SIGTERM')
    const told: string[] = []
    let now = 0
    const { interrupt, kill, dispose } = listenForInterrupts(
      (text) => told.push(text),
      () => now,
    )
    const ours = process.listeners('SIGTERM').at(-1) as (signal: string) => void
    ours('SIGTERM')
    expect([interrupt.aborted, kill.aborted]).toEqual([true, false])
    // npm passes on what the terminal has told us already: one press.
    now = 20
    ours('SIGTERM')
    expect(kill.aborted).toBe(false)
    now = 400
    ours('SIGTERM')
    expect([interrupt.aborted, kill.aborted]).toEqual([true, true])
    expect(told[0]).toBe('interrupted: letting running steps end; press again to leave them alone\n')
    dispose()
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })
})

describe('--report', () => {
  it('is known to work before the run', () => {
    mkdirSync(join(cwd, 'folder.json'))
    expect(() => checkReportFiles(['x.json', join(cwd, 'y.json')], cwd)).not.toThrow()
    expect(() => checkReportFiles(['none/x.json'], cwd)).toThrow(/none is no folder/)
    expect(() => checkReportFiles(['folder.json'], cwd)).toThrow(/this is a folder/)
  })

  it('writes each file, and says which it could not write', async () => {
    const { io } = testIo({ cwd })
    expect(await writeReportFiles(['a.json', 'none/b.json'], runReport(), null, io)).toEqual([
      expect.stringContaining('--report none/b.json: ENOENT'),
    ])
    expect(JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8'))).toEqual(runReport())
  })
})

describe('splitTags', () => {
  it('takes lists and repeated flags', () => expect(splitTags(['a, b', 'c', ','])).toEqual(['a', 'b', 'c']))
})
