/** The commit and the undo of one guarded change, started together: the real scripts, on this machine. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import pLimit from 'p-limit'
import { lastingSteps, newAttempt } from '../../src/engine/attempt.ts'
import { commitScript } from '../../src/engine/script/commit-script.ts'
import { parseSections } from '../../src/engine/script/frame.ts'
import { undoScript } from '../../src/engine/script/undo-script.ts'
import type { PlannedChange, Step } from '../../src/model/change.ts'
import { scriptText } from '../support/sh.ts'

const ID = '20260102T030405Z-abcdef'
const NONCE = '0123456789abcdef'
/** At once: they wait more than they work. */
const PARALLEL = 12

/** What became of each race: who won, or what was not as it must be. */
export interface Races {
  commit: number
  undo: number
  problems: string[]
}

export async function runRaces(count: number): Promise<Races> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-race-'))
  const limit = pLimit(PARALLEL)
  const races: Races = { commit: 0, undo: 0, problems: [] }
  const one = async (nth: number): Promise<void> => {
    const { winner, seen, expected } = await race(path.join(folder, String(nth)), nth)
    races[winner]++
    if (isDeepStrictEqual(seen, expected)) return
    races.problems.push(`race ${nth}: ${JSON.stringify(seen)} in place of ${JSON.stringify(expected)}`)
  }
  try {
    await Promise.all(Array.from({ length: count }, (_, nth) => limit(() => one(nth))))
  } finally {
    rmSync(folder, { recursive: true })
  }
  return races
}

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
  writeFileSync(value, 'old')
  writeFileSync(path.join(record, 'steps'), 'b 0\n0 0\n')
  writeFileSync(path.join(record, 'outcome'), 'applied\n')
  for (const [name, text] of Object.entries({ run: ID, owner: 'eve@there', start: '1', pid: '999999 1' })) {
    writeFileSync(path.join(lock, name), `${text}\n`)
  }
  const undo = path.join(lock, 'undo')
  writeFileSync(undo, scriptText([undoScript(attempt, attempt.undo, attempt.copies)]))
  const { script } = commitScript(NONCE, { ...attempt, steps: lastingSteps(attempt), facts: [] })
  return { commit: scriptText(script).replaceAll('/run/mptcp-fleet', base), undo, value }
}

/** What was seen of the nth race, and what must be seen where this one won. */
async function race(
  base: string,
  nth: number,
): Promise<{ winner: 'commit' | 'undo'; seen: unknown; expected: unknown }> {
  const { commit, undo, value } = prepare(base)
  const cut = commit.lastIndexOf('main; exit')
  const committing = contender(['-s'], commit.slice(0, cut))
  const undoing = contender(['-c', 'read -r go && . "$0"', undo], '')
  // Both have started, and wait. The commit does more before it comes to the point: now and then it gets a start.
  await sleep(15)
  committing.go(commit.slice(cut))
  if (nth % 4 > 0) await sleep((nth % 4) * 4)
  undoing.go('go\n')
  const [made, undone] = await Promise.all([committing.ended, undoing.ended])
  const sections = parseSections(NONCE, made.stdout, '')
  const told = /^outcome .*$/m.exec(sections.get('record')?.stdout ?? '')?.[0]
  const left = readdirSync(base)
  const seen = {
    commit: { rc: made.rc, began: sections.has('s1'), told },
    undo: { rc: undone.rc, said: undone.stdout.trim() },
    value: readFileSync(value, 'utf8'),
    left: left.filter((name) => name !== 'value'),
  }
  if (sections.get('take')?.rc === 0) {
    // It says so, unless its folder had gone before the shell could read it.
    const said = seen.undo.rc === 5 ? `run ${ID} is final here, or is being undone: nothing is changed` : ''
    const undo = { rc: seen.undo.rc === 5 ? 5 : 2, said }
    return {
      winner: 'commit',
      seen,
      expected: { commit: { rc: 0, began: true, told: undefined }, undo, value: 'new', left: [] },
    }
  }
  const commitLost = { rc: 8, began: false, told: 'outcome rolled-back 0' }
  // Its record is kept for whoever asks.
  return {
    winner: 'undo',
    seen,
    expected: { commit: commitLost, undo: { rc: 0, said: '' }, value: 'undone', left: [ID] },
  }
}
