/** A host that is restarted in a guarded run: the unit that is then on its disk, played through on this machine. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { statSync, symlinkSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { firstSteps, lastingSteps, newAttempt } from '../../src/engine/attempt.ts'
import type { Attempt } from '../../src/engine/attempt.ts'
import { applyScript } from '../../src/engine/script/apply-script.ts'
import { commitScript } from '../../src/engine/script/commit-script.ts'
import type { PlannedChange, Step } from '../../src/model/change.ts'
import type { ScriptPart } from '../../src/transport/types.ts'
import { scriptText } from '../support/sh.ts'

const ID = '20260102T030405Z-abcdef'
const NONCE = '0123456789abcdef'
const LINK = `sysinit.target.wants/mptcp-fleet-undo-${ID}.service`

let folder = ''
const env = (): NodeJS.ProcessEnv => ({ PATH: `${at('bin')}:${process.env['PATH']!}` })
const at = (name: string): string => path.join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-boot-'))
  for (const name of ['bin', 'units', 'systemd', 'etc']) mkdirSync(at(name))
  // Where systemd cannot run a timer, a detached process does.
  for (const name of ['systemd-run', 'systemctl'])
    writeFileSync(at(`bin/${name}`), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  writeFileSync(at('etc/kept'), 'old\n', { mode: 0o640 })
  symlinkSync('/usr/lib/other', at('etc/link'))
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 10 }))

/** Runs a script as on a host with systemd whose folders are the test's. */
function run(script: readonly ScriptPart[], words: string[], cut = ''): string {
  const text = scriptText(script)
    .replace(cut === '' ? /$^/ : cut, (found) => `kill -KILL $$; ${found}`)
    .replaceAll('/run/mptcp-fleet', at('run'))
    .replaceAll('/run/systemd/system', at('systemd'))
    .replaceAll('/etc/systemd/system', at('units'))
  // On a file, so that the shell leaves the words on its stdin alone.
  writeFileSync(at('script'), text)
  const { stdout } = spawnSync('sh', [at('script')], {
    input: words.map((word) => `${NONCE}-${word}\n`).join(''),
    env: env(),
  })
  return stdout.toString()
}

/** A file that is there, one that is not, nor its folder, and a link that a program removes. */
function attempt(steps: Step[] = []): Attempt {
  const write = (name: string, bytes: string): Step => {
    return { kind: 'write', path: at(name), bytes, mode: '0644', owner: '0', group: '0' }
  }
  const mkdir: Step = { kind: 'run', argv: ['mkdir', at('etc/new.d')], lasting: true }
  const unlink: Step = { kind: 'run', argv: ['rm', at('etc/link')], lasting: true, files: [at('etc/link')] }
  const change: PlannedChange = {
    fact: 'x',
    before: 'old',
    after: 'new',
    summary: 'change files',
    apply: [write('etc/kept', 'new\n'), mkdir, write('etc/new.d/made', 'new\n'), unlink, ...steps],
    undo: [{ kind: 'remove', path: at('etc/new.d/made') }, write('etc/kept', 'old\n')],
    disruptive: true,
    host: 'a',
    task: 'task',
    module: 'm',
    taskIndex: 0,
    checkOnly: false,
  }
  return newAttempt(ID, 1, [change], 600)
}

const apply = (of: Attempt): string =>
  run(applyScript(NONCE, { ...of, facts: [], steps: firstSteps(of) }).script, ['go'])
const commit = (of: Attempt, cut?: string): string =>
  run(commitScript(NONCE, { ...of, facts: [], steps: lastingSteps(of) }).script, ['ack'], cut)

/** What a restart leaves, and the unit's program at the boot. */
function restart(): void {
  const lock = readdirSync(at('run')).find((name) => name.endsWith(`-${ID}`))!
  const [timer = ''] = readFileSync(at(`run/${lock}/timers`), 'utf8').split('\n')
  // It has just been started, and may not lead a group yet.
  spawnSync('sh', ['-c', 'for i in 1 2 3 4 5; do kill -- "-$1" && exit; sleep 0.2; done', 'sh', timer])
  // At once, so that no watch finds half of it.
  renameSync(at('run'), at('gone'))
  const unit = readFileSync(at(`units/${LINK}`), 'utf8')
  expect(unit).toContain(`ConditionPathExists=!${at('run')}/${ID}\n`)
  const [, program = ''] = /^ExecStart=\/bin\/sh (.*)$/m.exec(unit) ?? []
  expect(spawnSync('sh', [program], { env: env() }).stderr.toString()).toBe('')
}

function expectOld(): void {
  expect(readdirSync(at('etc')).toSorted()).toEqual(['kept', 'link'])
  expect([readFileSync(at('etc/kept'), 'utf8'), statSync(at('etc/kept')).mode & 0o777]).toEqual(['old\n', 0o640])
  expect(readlinkSync(at('etc/link'))).toBe('/usr/lib/other')
  expect(readdirSync(at('units'), { recursive: true })).toEqual(['sysinit.target.wants'])
}

describe.runIf(process.getuid?.() === 0)(
  'a host that is restarted (skipped without root, who alone writes units)',
  () => {
    test('in the guard time is as it was, without copies', () => {
      expect(apply(attempt())).toContain('arm2 0')
      expect(existsSync(at(`etc/.kept.${ID}`))).toBe(true)
      restart()
      expectOld()
    })

    test('in the midst of the commit is as it was, whatever was written by then', () => {
      // The commit's last step is where the power fails.
      const failing = attempt([
        {
          kind: 'run',
          argv: ['sh', '-c', 'kill -KILL $(cut -d" " -f1 "$1"/commit-*/pid)', 'sh', at('run')],
          lasting: true,
        },
      ])
      apply(failing)
      commit(failing)
      expect([readFileSync(at('etc/kept'), 'utf8'), readFileSync(at('etc/new.d/made'), 'utf8')]).toEqual([
        'new\n',
        'new\n',
      ])
      expect(existsSync(at('etc/link'))).toBe(false)
      restart()
      expectOld()
    })

    test.each(['outcome done\n', 'for f in /', 'boot_off "$B/commit'])(
      'once the commit is final, before %j, stays as it was made, without copies',
      (cut) => {
        const emptied = [at('etc/empty.d')]
        mkdirSync(at('etc/empty.d'))
        apply({ ...attempt(), emptied })
        expect(existsSync(at(`etc/.kept.${ID}`))).toBe(true)
        commit({ ...attempt(), emptied }, cut)
        restart()
        expect(readdirSync(at('etc')).toSorted()).toEqual(['kept', 'new.d'])
        expect(readFileSync(at('etc/kept'), 'utf8')).toBe('new\n')
        expect(readdirSync(at('units'), { recursive: true })).toEqual(['sysinit.target.wants'])
      },
    )

    test('once the commit is final is not taken back by the one who finds its lock', () => {
      apply(attempt())
      commit(attempt(), 'outcome done\n')
      expect(spawnSync('sh', [at(`run/commit-${ID}/undo`), `commit-${ID}`]).status).toBe(0)
      expect(readdirSync(at('etc')).toSorted()).toEqual(['kept', 'new.d'])
      expect(readFileSync(at('etc/kept'), 'utf8')).toBe('new\n')
      expect(readFileSync(at(`run/${ID}/outcome`), 'utf8')).toBe('done\n')
      expect(readdirSync(at('units'), { recursive: true })).toEqual(['sysinit.target.wants'])
    })

    test('once the commit is over has no unit that would take it back', () => {
      const { length } = apply(attempt())
      expect(length).toBeGreaterThan(0)
      expect(commit(attempt())).toContain('end 0')
      expect(readdirSync(at('etc')).toSorted()).toEqual(['kept', 'new.d'])
      expect(readdirSync(at('units'), { recursive: true })).toEqual(['sysinit.target.wants'])
    })

    test('whose commit was killed while it wrote has no unfinished file either once all is taken back', () => {
      apply(attempt())
      mkdirSync(at('etc/new.d'))
      for (const name of ['etc/.kept', 'etc/new.d/.made']) writeFileSync(at(`${name}.${ID}.new`), 'ne')
      writeFileSync(at(`run/${ID}/steps`), 'b 0\n0 0\nb 1\n1 0\nb 2\n')
      expect(spawnSync('sh', [at(`run/armed-${ID}/undo`)]).status).toBe(0)
      expect(readdirSync(at('etc'), { recursive: true, encoding: 'utf8' }).toSorted()).toEqual([
        'kept',
        'link',
        'new.d',
      ])
    })

    test('after its changes were taken back has none either', () => {
      apply(attempt())
      expect(spawnSync('sh', [at(`run/armed-${ID}/undo`)]).status).toBe(0)
      expectOld()
    })
  },
)
