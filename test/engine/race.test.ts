/** The commit and the undo of one guarded change, started together: the real scripts, many times over, on this machine. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newAttempt } from '../../src/engine/attempt.ts'
import { parseSections } from '../../src/engine/script/frame.ts'
import { commitScript } from '../../src/engine/script/commit-script.ts'
import { undoScript } from '../../src/engine/script/undo-script.ts'
import type { PlannedChange, Step } from '../../src/model/change.ts'
import { scriptText } from '../support/sh.ts'

const RACES = 1000
const ID = '20260102T030405Z-abcdef'
const NONCE = '0123456789abcdef'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-race-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Ended {
  rc: number | null
  stdout: string
}

/** A shell that waits for `go` before it begins; what it asks at its end is answered. */
function contender(argv: readonly string[], text: string): { go: (word: string) => void; ended: Promise<Ended> } {
  const child = spawn('sh', argv, { stdio: ['pipe', 'pipe', 'ignore'] })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part
    if (stdout.includes(`${NONCE} end b\n`)) child.stdin.end(`${NONCE}-ack\n`)
  })
  // One that has ended reads nothing more.
  child.stdin.on('error', () => {})
  child.stdin.write(text)
  return {
    go: (word) => child.stdin.write(word),
    ended: new Promise((resolve) => child.on('close', (rc) => resolve({ rc, stdout }))),
  }
}

/** A host in the guard time: applied, its lock armed, `value` not yet the new one. */
function prepare(base: string): { commit: string; undo: string; value: string } {
  const value = path.join(base, 'value')
  const lock = path.join(base, `armed-${ID}`)
  const record = path.join(base, ID)
  for (const made of [base, lock, record]) mkdirSync(made, { mode: 0o700 })
  const write = (text: string): Step => ({ kind: 'run', argv: ['tee', value], stdin: text, lasting: true })
  const change: PlannedChange = {
    fact: 'setting/value',
    before: 'old',
    after: 'new',
    summary: 'set value to new',
    apply: [{ kind: 'run', argv: ['true'] }, write('new')],
    undo: [write('undone')],
    disruptive: true,
    host: 'a',
    task: 'task',
    module: 'm',
    taskIndex: 0,
    checkOnly: false,
  }
  const attempt = newAttempt(ID, 1, [change], 5)
  const steps = attempt.placed.map(({ step }, number) => ({ number, step })).slice(1)
  writeFileSync(value, 'old')
  writeFileSync(path.join(record, 'steps'), 'b 0\n0 0\n')
  writeFileSync(path.join(record, 'outcome'), 'applied\n')
  for (const [name, text] of Object.entries({ run: ID, owner: 'eve@there', start: '1', pid: '999999 1' })) {
    writeFileSync(path.join(lock, name), `${text}\n`)
  }
  const undo = scriptText([undoScript(attempt, attempt.undo, attempt.copies)])
  writeFileSync(path.join(lock, 'undo'), undo)
  const { script } = commitScript(NONCE, { ...attempt, steps, facts: [] })
  return { commit: scriptText(script).replaceAll('/run/mptcp-fleet', base), undo: path.join(lock, 'undo'), value }
}

/** Who won the nth race; throws where not exactly one did. */
async function race(nth: number): Promise<'commit' | 'undo' | 'undo gone'> {
  const base = path.join(folder, String(nth))
  const { commit, undo, value } = prepare(base)
  const cut = commit.lastIndexOf('main; exit')
  const committing = contender(['-s'], commit.slice(0, cut))
  const undoing = contender(['-c', 'read -r go && . "$0"', undo], '')
  // Both have started, and wait.
  await sleep(15)
  // The undo is read first, which takes it a moment: either may be ahead.
  const starts = [(): void => undoing.go('go\n'), (): void => committing.go(commit.slice(cut))]
  for (const start of nth % 2 === 0 ? starts : starts.toReversed()) start()
  const [made, undone] = await Promise.all([committing.ended, undoing.ended])
  const sections = parseSections(NONCE, made.stdout, '')
  const took = sections.get('take')?.rc
  const left = readdirSync(base).filter((name) => name !== 'value' && name !== ID)
  const ran = { commit: sections.has('s1'), value: readFileSync(value, 'utf8'), left }
  if (took === 0) {
    expect(ran).toEqual({ commit: true, value: 'new', left: [] })
    expect(made.rc).toBe(0)
    expect(undone.rc).not.toBe(0)
    const said = undone.stdout.includes('is final here, or is being undone: nothing is changed')
    // It says so, unless its folder had gone before the shell could read it.
    expect(said || undone.stdout === '').toBe(true)
    // All of the record has been acknowledged.
    expect(existsSync(path.join(base, ID))).toBe(false)
    return said ? 'commit' : 'undo gone'
  }
  expect(ran).toEqual({ commit: false, value: 'undone', left: [] })
  expect([made.rc, undone.rc, undone.stdout]).toEqual([8, 0, ''])
  expect(sections.get('record')?.stdout).toContain('outcome rolled-back 0')
  return 'undo'
}

test(`of commit and undo started together exactly one wins, ${RACES} times; the other changes nothing`, async () => {
  const limit = pLimit(12)
  const winners = await Promise.all(Array.from({ length: RACES }, (_, nth) => limit(() => race(nth))))
  const wins = (who: string): number => winners.filter((winner) => winner === who).length
  console.log(wins('commit'), wins('undo'), wins('undo gone'))
  // They met: each of them won some.
  expect(wins('commit')).toBeGreaterThan(0)
  expect(wins('undo')).toBeGreaterThan(0)
})
