import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GUARD_LIB } from '../../src/engine/script/guard-lib.ts'

let base: string
let armed: string
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'guard-lib-'))
  armed = path.join(base, 'armed-run')
  mkdirSync(armed)
  writeFileSync(path.join(armed, 'undo'), `echo undone >${base}/result\n`)
})
afterEach(() => rmSync(base, { recursive: true, maxRetries: 10 }))

/** A host without systemd: whatever machine this is. */
const LIB = `${GUARD_LIB}
by_systemd() { return 1; }
systemctl() { :; }
B=$1 RUN=run
`

function shell(text: string): number {
  return spawnSync('sh', ['-c', LIB + text, 'sh', base], { encoding: 'utf8' }).status!
}

function timers(): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
  return stdout.split('\n').filter((line) => line.includes('mptcp-fleet-guard') && line.includes(`${armed}/undo`))
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition() && tries < 100; tries++) await sleep(50)
  expect(condition()).toBe(true)
}

describe('the timer of a host without systemd', () => {
  it('undoes after its time', async () => {
    expect(shell('arm_timer 1')).toBe(0)
    expect(timers()).toHaveLength(1)
    await until(() => existsSync(path.join(base, 'result')))
    expect(readFileSync(path.join(base, 'result'), 'utf8')).toBe('undone\n')
    await until(() => timers().length === 0)
  })

  it('is called off', async () => {
    expect(shell('arm_timer 100 && disarm "$B/armed-run"')).toBe(0)
    await until(() => timers().length === 0)
  })

  it('is ended at once where it could not be called off later', async () => {
    // No number can be written there, as with a full disk.
    mkdirSync(path.join(armed, 'timers'))
    expect(shell('arm_timer 100')).toBe(1)
    await until(() => timers().length === 0)
  })
})
