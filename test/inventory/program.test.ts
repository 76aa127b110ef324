/** Programs that are run for what they print; real ones. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { runProgram } from '../../src/inventory/program.ts'
import type { ProgramLimits, ProgramRun } from '../../src/inventory/program.ts'
import { makeFiles } from './files.ts'

/** Far longer than what is not waited for. */
const LIMITS = { seconds: 60, bytes: 10_000_000 }

async function run(text: string, limits?: ProgramLimits, args: string[] = []): Promise<ProgramRun & { dir: string }> {
  const dir = makeFiles({ program: `#!/bin/sh\n${text}\n` })
  chmodSync(join(dir, 'program'), 0o755)
  const env = { PATH: '/usr/bin:/bin', GREETING: 'hello' }
  const ended = await runProgram([join(dir, 'program'), ...args], { cwd: dir, env }, limits)
  return { ...ended, dir }
}

describe('a program', () => {
  it('has its arguments, its folder, its environment and nothing to read', async () => {
    const { stdout, said, failed, dir } = await run('echo "$1|$PWD|$GREETING|$HOME|$(cat)"', undefined, [
      "--host 'a' $(id)",
    ])
    expect(stdout.toString()).toBe(`--host 'a' $(id)|${dir}|hello||\n`)
    expect([said, failed]).toEqual(['', null])
  })

  it('fails with what it says', async () => {
    const { failed, said } = await run('echo no token >&2; exit 3')
    expect([failed, said]).toEqual(['it ended with 3', 'no token'])
    expect((await run('kill -9 $$')).failed).toBe('it ended with SIGKILL')
  })

  it('that cannot be run is no exception', async () => {
    const ended = await runProgram(['/no/such/program'], { cwd: '/', env: {} })
    expect(ended.failed).toMatch(/^it cannot be run: .*ENOENT/)
  })

  it.each(['#!/no/such/program\n', '#!/bin/sh\r\necho\r\n'])(
    'whose interpreter is not there says so: %j',
    async (text) => {
      const { dir } = await run(':')
      const script = join(dir, 'script')
      writeFileSync(script, text, { mode: 0o700 })
      const ended = await runProgram([script], { cwd: '/', env: {} })
      expect(ended.failed).toMatch(/^it cannot be run: its first line \(#!\) names a program that is not there/)
    },
  )

  it('is stopped after its time, with all that it started', async () => {
    const { failed, dir } = await run('sleep 1000 & echo $! > child; wait', { seconds: 0.5, bytes: 100 })
    expect(failed).toBe('it ran longer than 0.5 s')
    const child = Number(readFileSync(join(dir, 'child'), 'utf8'))
    await vi.waitFor(() => expect(isRunning(child)).toBe(false), { timeout: 10_000 })
  })

  it('is over when it has ended, whoever holds its output open, and all that it printed is there', async () => {
    const { failed, stdout, dir } = await run('sleep 1000 & echo $! > child; yes | head -c 3000000', LIMITS)
    const child = Number(readFileSync(join(dir, 'child'), 'utf8'))
    process.kill(child)
    expect([failed, stdout.length]).toEqual([null, 3_000_000])
    const chatty = await run('while echo x; do sleep 0.3; done & echo $! > child; exit 3', LIMITS)
    expect(chatty.failed).toBe('it ended with 3')
    const left = Number(readFileSync(join(chatty.dir, 'child'), 'utf8'))
    await vi.waitFor(() => expect(isRunning(left)).toBe(false), { timeout: 10_000 })
  })

  it('is stopped where it prints too much', async () => {
    const { failed, stdout } = await run('yes', { seconds: 60, bytes: 100_000 })
    expect(failed).toBe('it printed more than 100000 bytes')
    expect(stdout.length).toBeLessThanOrEqual(100_000)
  })

  it('may say as much as it likes on stderr', async () => {
    const { failed, said, stdout } = await run('yes | head -c 3000000 >&2; echo done')
    expect([failed, stdout.toString()]).toEqual([null, 'done\n'])
    expect(said.length).toBeLessThan(1000)
  })
})

/** Dead ones may wait for somebody to ask how they ended. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
