/** command, shell and script on hosts that are shells of this machine. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { unguarded } from '../../src/engine/opaque.ts'
import { UNKNOWN } from '../../src/model/change.ts'
import type { RunEvent } from '../../src/model/events.ts'
import { HostError } from '../../src/model/errors.ts'
import { Secret } from '../../src/model/secret.ts'
import type { HostModule } from '../../src/modules/define.ts'
import { modules } from '../../src/modules/registry.ts'
import type { AssembledTask } from '../../src/engine/assemble.ts'
import type { Ran } from '../support/run-on.ts'
import { execs, runOn } from '../support/run-on.ts'
import type { ShellHosts } from '../support/shell-transport.ts'
import { shellHosts } from '../support/shell-transport.ts'
import { guardedModule, setModule, task } from '../support/tasks.ts'

let folder = ''
let hosts: ShellHosts
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-opaque-'))
  hosts = shellHosts(folder, { a: { x: '0' } })
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 10 }))

const inFolder = (name: string): string => path.join(folder, name)
const content = (name: string): string => readFileSync(inFolder(name), 'utf8')

/** A task of one of the three modules on host a. Files of the controller are `files`. */
function opaque(index: number, name: string, params: object, files: Record<string, string> = {}): AssembledTask {
  const module = modules.get(name) as HostModule
  const want: unknown = module.params.parse(params)
  const loaded: unknown = module.load === undefined ? want : module.load(want, (file) => files[file]!)
  return task(index, module, { a: loaded }, `run ${index}`)
}

const run = (tasks: AssembledTask[], options: Parameters<typeof runOn>[3] = {}): Promise<Ran> =>
  runOn(hosts, ['a'], tasks, options)

const plansOf = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'plan-ready' ? [event.plan.hosts[0]!] : []))

describe('a command', () => {
  test('runs each time, and is not planned again to verify it', async () => {
    const tasks = [opaque(0, 'command', { cmd: 'set x 1' })]
    const first = await run(tasks)
    expect(first.host('a')).toMatchObject({
      status: 'changed',
      error: null,
      changes: [
        { fact: 'command/run 0', before: null, after: 'known after apply', summary: 'run set x 1', status: 'done' },
      ],
    })
    expect([execs(hosts, 'a'), hosts.settings('a')]).toEqual([3, { x: '1' }])
    rmSync(inFolder('a.settings.run'), { recursive: true, force: true })
    expect((await run(tasks)).host('a').status).toBe('changed')
  })

  test('ends a segment where a later task reads: that one is planned from what is there then', async () => {
    const tasks = [
      opaque(0, 'command', { cmd: 'set x 5' }),
      opaque(1, 'command', { cmd: 'set y 5' }),
      task(2, setModule, { a: { values: { x: '0', y: '5' } } }),
    ]
    const { events, host } = await run(tasks)
    expect(plansOf(events).map(({ changes, afterApply }) => [changes.map(({ fact }) => fact), afterApply])).toEqual([
      [['command/run 0', 'command/run 1'], [{ task: 'task 2', reason: 'depends on what task "run 1" does' }]],
      [['setting/x'], []],
    ])
    expect(host('a')).toMatchObject({ status: 'changed', error: null })
    expect([hosts.settings('a'), execs(hosts, 'a')]).toEqual([{ x: '0', y: '5' }, 5])
  })

  test('in check mode is shown, with what follows as known after apply, and changes nothing', async () => {
    const tasks = [opaque(0, 'command', { cmd: 'set x 5' }), task(1, setModule, { a: { values: { y: '5' } } })]
    const { events, host } = await run(tasks, { check: true })
    expect(plansOf(events)).toMatchObject([
      { changes: [{ fact: 'command/run 0', after: UNKNOWN, opaque: true }], afterApply: [{ task: 'task 1' }] },
    ])
    expect(host('a')).toMatchObject({ status: 'changed', changes: [{ status: 'planned' }] })
    expect([hosts.settings('a'), execs(hosts, 'a')]).toEqual([{ x: '0' }, 1])
  })

  test('under check_mode says nothing about what later tasks find', async () => {
    const shown = { ...opaque(0, 'command', { cmd: 'set x 5' }), checkOnly: true }
    const { events } = await run([shown, task(1, setModule, { a: { values: { y: '5' } } })])
    expect(plansOf(events)).toHaveLength(1)
    expect(hosts.settings('a')).toEqual({ x: '0', y: '5' })
  })

  test('without a name of its own is told by its number', async () => {
    const unnamed = { ...opaque(1, 'command', { cmd: 'set x 1' }), name: 'command' }
    const { host } = await run([task(0, setModule, { a: { values: {} } }), unnamed])
    expect(host('a').changes).toMatchObject([{ fact: 'command/task 2' }])
  })

  test('does not hide that earlier tasks disagree', async () => {
    const tasks = [
      task(0, setModule, { a: { values: { x: '1' } } }),
      task(1, setModule, { a: { values: { x: '2' } } }),
      opaque(2, 'command', { cmd: 'set y 1' }),
    ]
    expect((await run(tasks)).host('a').error?.code).toBe('tasks-disagree')
    expect(hosts.settings('a')).toEqual({ x: '0' })
  })

  test('runs only where what it creates is not there, and what it removes is', async () => {
    const made = inFolder('made')
    const creating = [opaque(0, 'command', { cmd: 'touch made', chdir: folder, creates: 'ma*' })]
    expect((await run(creating)).host('a').status).toBe('changed')
    expect(existsSync(made)).toBe(true)
    expect((await run(creating)).host('a')).toMatchObject({ status: 'ok', changes: [] })
    const removing = [opaque(0, 'command', { argv: ['rm', made], removes: made })]
    expect((await run(removing, { runId: 'r3' })).host('a').status).toBe('changed')
    expect(existsSync(made)).toBe(false)
    expect((await run(removing, { runId: 'r4' })).host('a').status).toBe('ok')
  })

  test('knows of a file that an earlier task makes', async () => {
    const file = inFolder('made')
    const tasks = [
      task(0, guardedModule, { a: { values: {}, file } }),
      opaque(1, 'command', { cmd: 'set x 1', creates: file }),
    ]
    const { host } = await run(tasks)
    expect(host('a').changes.map(({ fact }) => fact)).toEqual([`file/${file}`])
    expect(hosts.settings('a')).toEqual({ x: '0' })
  })

  test('has its folder, its stdin, and words in which nothing is replaced', async () => {
    mkdirSync(inFolder('it is'))
    const argv = ['sh', '-c', 'pwd; cat; printf "%s\\n" "$@"', 'sh', '$HOME', '*', "it's; exit 3"]
    const tasks = [
      opaque(0, 'command', { argv: ['tee', 'one'], chdir: inFolder('it is'), stdin: 'in', stdin_add_newline: false }),
      opaque(1, 'shell', { cmd: `exec >two; ${argv.slice(2, 3).join('')}`, chdir: folder, stdin: 'line' }),
      opaque(2, 'command', { argv: ['sh', '-c', `exec >three; ${argv[2]!}`, ...argv.slice(3)], chdir: folder }),
    ]
    const { host } = await run(tasks)
    expect(host('a')).toMatchObject({ status: 'changed', error: null })
    expect(content('it is/one')).toBe('in')
    expect(content('two')).toBe(`${folder}\nline\n\n`)
    expect(content('three')).toBe(`${folder}\n$HOME\n*\nit's; exit 3\n`)
  })

  test('that fails is told with what it said, and nothing after it is started', async () => {
    const tasks = [
      opaque(0, 'shell', { cmd: 'echo out; echo why >&2; exit 3' }),
      opaque(1, 'command', { cmd: 'set x 1' }),
    ]
    const { host } = await run(tasks)
    expect(host('a')).toMatchObject({
      status: 'failed',
      error: {
        code: 'command-failed',
        summary: 'run echo out; echo why >&2; exit 3: it ended with 3',
        detail: 'why\nout',
      },
      changes: [{ status: 'failed' }, { status: 'not-started' }],
    })
    expect(hosts.settings('a')).toEqual({ x: '0' })
  })

  test.each([
    ['a program that is not there', { cmd: 'no-such-program' }, 'command-failed', 'no-such-program'],
    ['a folder that is not there', { cmd: 'true', chdir: '/no/such' }, 'command-failed', '/no/such'],
    ['more time than it has', { cmd: 'sleep 60', timeout: 1 }, 'timed-out', ''],
  ])('%s is a failure', async (_name, params, code, said) => {
    const { host } = await run([opaque(0, 'command', params)])
    expect(host('a').error?.code).toBe(code)
    expect(host('a').error?.detail).toContain(said)
  })

  test('a secret goes by stdin, and stands nowhere else', async () => {
    const { events } = await run([opaque(0, 'command', { cmd: 'tee got', chdir: folder, stdin: new Secret('s3cret') })])
    expect(content('got')).toBe('s3cret\n')
    expect(JSON.stringify(events)).not.toContain('s3cret')
    expect(hosts.execs['a']!.join('')).not.toContain('s3cret')
  })
})

describe('a shell', () => {
  test('gets the text as it is', async () => {
    const cmd = `w='it''s'; for f in *.txt; do cat "$f"; done | tr a b >"$w"; echo "$0 $#" >>"$w"`
    writeFileSync(inFolder('1.txt'), 'a\n')
    await run([opaque(0, 'shell', { cmd, chdir: folder })])
    expect(content('its')).toBe('b\n/bin/sh 0\n')
  })

  test('is the one that is asked for', async () => {
    const cmd = '[[ a == a ]] && printf "%s" "${BASH_VERSION:+bash}" >which'
    await run([opaque(0, 'shell', { cmd, executable: '/bin/bash', chdir: folder })])
    expect(content('which')).toBe('bash')
  })

  test('ends a writer whose reader has gone, without a word of it', async () => {
    await run([opaque(0, 'shell', { cmd: 'yes 2>said | head -n 1 >first', chdir: folder })])
    expect([content('first'), content('said')]).toEqual(['y\n', ''])
  })
})

describe('a script', () => {
  test('runs with its arguments from a file of its own, which is gone afterwards', async () => {
    const text = 'stat -c "%a %F" "$0"; printf "%s\\n" "$0" "$@"; cat; exit 0\n'
    const params = { cmd: `sub/it's.sh 'a b' '$x'`.replace("it's", `"it's"`), chdir: folder, stdin: 'in' }
    const files = { "sub/it's.sh": `exec >said\n${text}` }
    const { host } = await run([opaque(0, 'script', params, files)])
    expect(host('a')).toMatchObject({ status: 'changed', error: null })
    const [mode, file, ...rest] = content('said').split('\n')
    expect([mode, ...rest]).toEqual(['600 regular file', 'a b', '$x', 'in', ''])
    expect(path.basename(file!)).toBe("script-it's.sh")
    expect(file!.startsWith(inFolder('a.settings.run'))).toBe(true)
    expect(existsSync(inFolder('a.settings.run'))).toBe(false)
  })

  test('runs in the program that its first line names, or that is given', async () => {
    const python = 'import sys\nopen(sys.argv[1], "w").write(sys.argv[2])\n'
    const tasks = [
      opaque(0, 'script', { cmd: 'a.py one 1', chdir: folder }, { 'a.py': `#!/usr/bin/env python3\n${python}` }),
      opaque(1, 'script', { cmd: 'a two 2', executable: 'python3 -E', chdir: folder }, { a: python }),
    ]
    const { host } = await run(tasks)
    expect(host('a')).toMatchObject({ status: 'changed', error: null })
    expect([content('one'), content('two')]).toEqual(['1', '2'])
  })

  test('that fails leaves no file', async () => {
    const { host } = await run([opaque(0, 'script', { cmd: 'x.sh' }, { 'x.sh': 'echo "$0" >&2; exit 7\n' })])
    expect(host('a').error?.summary).toBe('run x.sh: it ended with 7')
    expect(existsSync(host('a').error!.detail)).toBe(false)
  })
})

describe('a disruptive task', () => {
  const cut = { cmd: 'set x 1', disruptive: true, undo: 'set x 0' }

  test('that leaves the host reachable stays', async () => {
    const { host } = await run([opaque(0, 'command', cut)], { guard: 30 })
    expect(host('a')).toMatchObject({ status: 'changed', error: null, changes: [{ status: 'done' }] })
    expect([hosts.settings('a'), hosts.connections['a'], execs(hosts, 'a')]).toEqual([{ x: '1' }, 2, 4])
  })

  test('that cuts the host off is taken back by its undo', async () => {
    hosts.beforeConnect = () => {
      if (hosts.settings('a')['x'] === '1') throw new HostError('unreachable', 'timeout', 'a: no answer')
    }
    const { host } = await run([opaque(0, 'command', cut)], { guard: 2 })
    expect(host('a')).toMatchObject({
      status: 'rolled-back',
      error: { code: 'rolled-back' },
      changes: [{ status: 'rolled-back' }],
    })
    expect(hosts.settings('a')).toEqual({ x: '0' })
  })

  test('that fails is taken back as well: by a script, where that is its undo', async () => {
    const files = { 'up.sh': 'env set x 1; exit 3\n', 'down.sh': 'cat >back; env set x "$1"\n' }
    const undo = { cmd: 'down.sh 0', stdin: 'in' }
    const { host } = await run([opaque(0, 'script', { cmd: 'up.sh', chdir: folder, disruptive: true, undo }, files)], {
      guard: 30,
    })
    expect(host('a')).toMatchObject({ status: 'rolled-back', changes: [{ status: 'rolled-back' }] })
    expect([hosts.settings('a'), content('back')]).toEqual([{ x: '0' }, 'in\n'])
  })

  test('whose undo leaves what it creates is not told as taken back', async () => {
    const file = inFolder('made')
    const cmd = `touch ${file}; exit 1`
    const { host } = await run([opaque(0, 'shell', { cmd, creates: file, disruptive: true, undo: 'true' })], {
      guard: 30,
    })
    expect(host('a')).toMatchObject({ status: 'failed', error: { code: 'not-rolled-back' } })
  })

  test('whose undo fails is not told as taken back, and nobody knows what is left of it', async () => {
    const cut = { cmd: 'env set x 1; exit 3', disruptive: true, undo: 'exit 1' }
    const { host } = await run([opaque(0, 'shell', cut)], { guard: 5 })
    expect(host('a')).toMatchObject({ status: 'failed', error: { code: 'not-rolled-back' } })
    expect(host('a').changes[0]).toMatchObject({ status: 'unknown' })
  })

  test('is unknown, also with an undo, where the host was restarted before the confirmation', async () => {
    hosts.faults['a'] = (count) => {
      if (count === 3) rmSync(inFolder('a.settings.run'), { recursive: true })
      return null
    }
    const cut = { cmd: 'set x 1', disruptive: true, undo: 'set x 0' }
    const { host } = await run([opaque(0, 'command', cut)], { guard: 2 })
    expect(host('a')).toMatchObject({
      status: 'unknown',
      changes: [{ status: 'unknown' }],
      error: { code: 'outcome-unknown', summary: expect.stringContaining('restarted') as string },
    })
    expect(host('a').error?.detail).toBe('unknown whether it is still there: run set x 1')
  })

  test('has a segment of its own behind what outlasts a reboot, which is written first', async () => {
    const file = inFolder('file')
    const tasks = [
      task(0, guardedModule, { a: { values: {}, file } }),
      opaque(1, 'shell', { cmd: `cp ${file} copy`, chdir: folder, disruptive: true, undo: 'rm copy' }),
    ]
    const { events, host } = await run(tasks, { guard: 30 })
    expect(host('a')).toMatchObject({ status: 'changed', error: null })
    expect(plansOf(events).map(({ changes }) => changes.map(({ fact }) => fact))).toEqual([
      [`file/${file}`],
      ['shell/run 1'],
    ])
    expect(content('copy')).toBe('new\n')
  })

  test('in one segment with a command without undo: that one stays done, and is told so', async () => {
    const tasks = [
      opaque(0, 'command', { cmd: 'set y 1' }),
      opaque(1, 'shell', { cmd: 'env set x 1; exit 3', disruptive: true, undo: 'env set x 0' }),
    ]
    const { host } = await run(tasks, { guard: 30 })
    expect(host('a').status).toBe('rolled-back')
    expect(host('a').changes.map(({ status }) => status)).toEqual(['done', 'rolled-back'])
    expect(host('a').error?.detail).toContain('stays done, as it has no undo: run set y 1')
    expect(hosts.settings('a')).toEqual({ x: '0', y: '1' })
  })
})

const codes = (tasks: AssembledTask[], guard?: number | null): string[] =>
  unguarded(tasks, guard).map(({ code }) => code)

describe('disruptive without undo', () => {
  const bare = opaque(0, 'command', { cmd: 'set x 1', disruptive: true })

  test('is refused, unless the guard is off for the run or the task', () => {
    expect(unguarded([bare], 60)).toMatchObject([
      { code: 'undo-missing', severity: 'error', source: { file: 'test.yml', line: 1, column: 1 } },
    ])
    expect(codes([bare])).toEqual(['undo-missing'])
    expect(codes([bare], null)).toEqual([])
    expect(codes([{ ...bare, guard: null }], 60)).toEqual([])
    expect(codes([{ ...bare, guard: 5 }], null)).toEqual(['undo-missing'])
    expect(codes([opaque(0, 'command', { cmd: 'a', disruptive: true, undo: 'b' })], 60)).toEqual([])
    expect(codes([opaque(0, 'command', { cmd: 'a' })], 60)).toEqual([])
  })

  test('runs where the guard is off', async () => {
    const { host } = await run([bare], { guard: null })
    expect(host('a').status).toBe('changed')
    expect([execs(hosts, 'a'), hosts.connections['a']]).toEqual([3, 1])
  })
})
