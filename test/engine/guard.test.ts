/** Guarded changes on hosts that are shells of this machine, with real timers. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { guardTimes, tiedHosts } from '../../src/engine/guard.ts'
import type { RunStep } from '../../src/model/change.ts'
import { HostError } from '../../src/model/errors.ts'
import { execs, runOn } from '../support/run-on.ts'
import { shellHosts } from '../support/shell-transport.ts'
import { change, guardedModule, joinModule, task } from '../support/tasks.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-guard-'))
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 10 }))

const left = (host: string): boolean => existsSync(path.join(folder, `${host}.settings.run`))
const x1 = { values: { x: '1' } }

describe('a guarded host', () => {
  test('is confirmed over a new connection: two connections, four execs, nothing left', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const file = path.join(folder, 'file')
    writeFileSync(file, 'old\n')
    const seen: string[] = []
    hosts.faults['a'] = () => (seen.push(readFileSync(file, 'utf8')), null)
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: { ...x1, file } })], { guard: 30 })
    expect(host('a')).toMatchObject({ status: 'changed', error: null })
    expect(host('a').changes.map(({ status }) => status)).toEqual(['done', 'done'])
    expect([execs(hosts, 'a'), hosts.connections['a']]).toEqual([4, 2])
    // What outlasts a reboot is written only by the commit.
    expect(seen).toEqual(['old\n', 'old\n', 'old\n', 'old\n'])
    expect([hosts.settings('a'), readFileSync(file, 'utf8')]).toEqual([{ x: '1' }, 'new\n'])
    expect([left('a'), readdirSync(folder).filter((name) => name.startsWith('.'))]).toEqual([false, []])
  })

  test('that does not come to be as planned takes everything back at once', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const values = { x: '1', stubborn: '1' }
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: { values } })], { guard: 30 })
    expect(host('a')).toMatchObject({ status: 'rolled-back', error: { code: 'rolled-back' } })
    expect(host('a').changes.map(({ status }) => status)).toEqual(['rolled-back', 'rolled-back'])
    expect([hosts.settings('a'), left('a')]).toEqual([{ x: '0' }, false])
  })

  test('whose step fails takes back what was begun', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const values = { x: '1', crash: '1', y: '1' }
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: { values } })], { guard: 30 })
    expect(host('a')).toMatchObject({ status: 'rolled-back', error: { code: 'rolled-back' } })
    expect(host('a').error?.summary).toContain('set crash 1 ended with 9')
    expect(host('a').changes.map(({ status }) => status)).toEqual(['rolled-back', 'rolled-back', 'not-started'])
    expect([hosts.settings('a'), left('a')]).toEqual([{ x: '0' }, false])
  })

  test('whose file cannot be written at commit takes everything back', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const file = path.join(folder, 'none', 'file')
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: { ...x1, file } })], { guard: 30 })
    expect(host('a')).toMatchObject({ status: 'rolled-back', error: { code: 'rolled-back' } })
    expect([hosts.settings('a'), left('a')]).toEqual([{ x: '0' }, false])
  })

  test('has back what a program of the commit changed, by the copy and without that program', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const file = path.join(folder, 'kept')
    writeFileSync(file, 'old\n')
    const program = (...argv: string[]): RunStep => ({ kind: 'run', argv, lasting: true, files: [file] })
    const fill = (text: string): RunStep =>
      program('sh', '-c', `echo ${text} >'${file}'; cat '${file}' >>'${file}.seen'`)
    const module: typeof guardedModule = {
      ...guardedModule,
      plan: (_, { settings }) => ({
        changes:
          settings['x'] === '1'
            ? []
            : [
                {
                  ...change('x', '0', '1'),
                  apply: [fill('new'), program('false')],
                  undo: [fill('wrong')],
                  disruptive: true,
                },
              ],
      }),
    }
    const { host } = await runOn(hosts, ['a'], [task(0, module, { a: x1 })], { guard: 30 })
    expect(host('a').status).toBe('rolled-back')
    expect(host('a').error?.summary).toContain('false ended with 1')
    expect([readFileSync(file, 'utf8'), readFileSync(`${file}.seen`, 'utf8')]).toEqual(['old\n', 'new\n'])
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([])
  })

  test('may have problems with what waits for the commit, and with nothing else', async () => {
    const wait: RunStep = { kind: 'run', argv: ['set', 'y', '1'], lasting: true }
    const module = (fact: string): typeof guardedModule => ({
      ...guardedModule,
      plan: (want, have) => {
        const y = have.settings['y'] === '1' ? [] : [{ ...change('y', null, '1'), apply: [wait] }]
        const { changes } = guardedModule.plan(want, have)
        // Told only once the first part is done.
        const problem = { fact, code: 'neither', summary: `${fact} is neither as before nor as wished` }
        return { changes: [...changes, ...y], problems: changes.length === 0 && y.length > 0 ? [problem] : [] }
      },
    })
    const hosts = shellHosts(folder, { a: { x: '0' }, b: { x: '0' } })
    const tasks = [task(0, module('setting/y'), { a: x1 }), task(1, module('setting/z'), { b: x1 })]
    const { host } = await runOn(hosts, ['a', 'b'], tasks, { guard: 30 })
    expect([host('a').status, host('b').status]).toEqual(['changed', 'rolled-back'])
    expect([hosts.settings('a'), hosts.settings('b')]).toEqual([{ x: '1', y: '1' }, { x: '0' }])
  })

  test('that cannot be reached any more comes back by itself, and is then told as rolled back', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    // The change cuts the host off: no connection while it holds.
    hosts.beforeConnect = () => {
      if (hosts.settings('a')['x'] === '1') throw new HostError('unreachable', 'timeout', 'a: no answer')
    }
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: x1 })], { guard: 2 })
    expect(host('a')).toMatchObject({ status: 'rolled-back', error: { code: 'rolled-back' } })
    expect(host('a').error?.summary).toContain('could not be reached over a new connection')
    expect([hosts.settings('a'), left('a')]).toEqual([{ x: '0' }, false])
  })

  test('whose new connection comes to be only once it has taken the changes back is told so, with what to do', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    hosts.beforeConnect = async () => {
      await vi.waitFor(() => expect(hosts.settings('a')['x']).toBe('0'), { timeout: 20_000, interval: 20 })
    }
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: x1 })], { guard: 1 })
    expect(host('a')).toMatchObject({ status: 'rolled-back', error: { code: 'rolled-back' } })
    const { summary, detail, hint } = host('a').error!
    expect(summary).toBe('the changes were taken back: they were not confirmed over a new connection within 1 s')
    expect(detail).toBe('the host answered only once it had taken them back')
    expect(hint).toContain('raise --guard')
  })

  test.each([
    ['among its copies', 'cp', 'undo'],
    ['before it has left its undo script', 'mv', 'undo.new'],
  ])('whose script is killed %s has nothing left, and is told as rolled back', async (_, program, once) => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const file = path.join(folder, 'file')
    writeFileSync(file, 'old\n')
    const wrapper = path.join(folder, 'bin', program)
    const act = `lock=$(ls -d "$SETTINGS".run/armed-* 2>/dev/null); [ -e "$lock/${once}" ] || exec /bin/${program} "$@"
rm "$0"; read -r p _ <"$lock/pid"; kill -KILL "$p" "$PPID"`
    writeFileSync(wrapper, `#!/bin/sh\n${act}\n`, { mode: 0o755 })
    hosts.faults['a'] = (count) => (count === 2 ? 'unseen' : null)
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: { ...x1, file } })], { guard: 2 })
    expect(existsSync(wrapper)).toBe(false)
    expect(host('a')).toMatchObject({ status: 'rolled-back', error: { code: 'rolled-back' } })
    expect(readFileSync(file, 'utf8')).toBe('old\n')
    expect([left('a'), readdirSync(folder).filter((name) => name.startsWith('.'))]).toEqual([false, []])
  })

  test('whose controller dies comes back by itself', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const kill = new AbortController()
    hosts.faults['a'] = (count) => {
      if (count < 3) return null
      kill.abort()
      return 'aborted'
    }
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: x1 })], { guard: 2, kill: kill.signal })
    expect(host('a').status).toBe('unknown')
    expect(hosts.settings('a')).toEqual({ x: '1' })
    await vi.waitFor(() => expect(hosts.settings('a')).toEqual({ x: '0' }), { timeout: 10_000, interval: 100 })
    await vi.waitFor(
      () =>
        expect(readdirSync(path.join(folder, 'a.settings.run')).filter((name) => /armed|undo/.test(name))).toEqual([]),
      5000,
    )
  })

  test('whose script is killed takes back at once what was begun, though nobody sees it', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const kill = new AbortController()
    hosts.faults['a'] = (count) => {
      if (count < 3) return null
      kill.abort()
      return 'aborted'
    }
    const values = { x: '1', killer: '1', y: '1' }
    const tasks = [task(0, guardedModule, { a: { values } })]
    const { host } = await runOn(hosts, ['a'], tasks, { guard: 600, kill: kill.signal })
    expect(host('a').status).toBe('unknown')
    await vi.waitFor(() => expect(hosts.settings('a')).toEqual({ x: '0' }), { timeout: 10_000, interval: 100 })
  })

  test.each([30, null])(
    'where the status of a step cannot be noted, which has failed then; guard %s',
    async (guard) => {
      const hosts = shellHosts(folder, { a: { x: '0' } })
      const values = { x: '1', deaf: '1', y: '1' }
      const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: { values } })], { guard })
      expect(host('a').error?.code).toBe(guard === null ? 'command-failed' : 'rolled-back')
      expect(hosts.settings('a')).toEqual(guard === null ? { x: '1', deaf: '1' } : { x: '0' })
      expect(left('a')).toBe(false)
    },
  )

  test('is undone only once the step that is under way has ended, and no other begins', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const values = { x: '1', slow: '1', y: '1' }
    const running = runOn(hosts, ['a'], [task(0, guardedModule, { a: { values } })], { guard: 30 })
    const lock = path.join(folder, 'a.settings.run', `armed-${path.basename(folder)}`)
    const steps = path.join(folder, 'a.settings.run', path.basename(folder), 'steps')
    await vi.waitFor(() => expect(readFileSync(steps, 'utf8')).toContain('b 1'), { timeout: 10_000, interval: 20 })
    const env = { SETTINGS: path.join(folder, 'a.settings'), PATH: `${folder}/bin:${process.env['PATH']!}` }
    const undone = spawn('sh', [path.join(lock, 'undo')], { env, stdio: 'ignore' })
    const { host } = await running
    expect(undone.exitCode).toBe(0)
    expect(host('a').changes.map(({ status }) => status)).toEqual(['rolled-back', 'rolled-back', 'not-started'])
    expect(host('a')).toMatchObject({ status: 'rolled-back', error: { code: 'rolled-back' } })
    expect([hosts.settings('a'), left('a')]).toEqual([{ x: '0' }, false])
  })

  test('that others are reached through takes back what cuts these off, though it is reached itself', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    // The third was away before.
    const places = ['near', 'far', 'away']
    hosts.reaches = (_, place) => place !== 'away' && (place === 'near' || hosts.settings('a')['x'] === '0')
    const hops = new Map([['a', places.map((name) => ({ name, address: name, port: 22 }))]])
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: x1 })], { guard: 5 }, { hops })
    expect(host('a')).toMatchObject({ status: 'rolled-back', changes: [{ status: 'rolled-back' }] })
    expect(host('a').error?.summary).toContain('after the change far could not be reached through it any more')
    expect(hosts.settings('a')).toEqual({ x: '0' })
  })

  test('to which nothing could be sent is told so, and no other story', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    hosts.faults['a'] = (count) => (count === 2 ? new HostError('unreachable', 'channel', 'no channel') : null)
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: x1 })], { guard: 2 })
    expect(host('a')).toMatchObject({
      status: 'unreachable',
      error: { code: 'channel', summary: 'no channel' },
      changes: [{ status: 'not-started' }],
    })
  })

  test('that was restarted before the commit is as it was, and told so', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    hosts.faults['a'] = (count) => {
      if (count === 3) {
        rmSync(path.join(folder, 'a.settings.run'), { recursive: true })
        writeFileSync(path.join(folder, 'a.settings'), 'x 0\n')
      }
      return null
    }
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: x1 })], { guard: 2 })
    expect(host('a')).toMatchObject({ status: 'rolled-back', changes: [{ status: 'rolled-back' }] })
    expect(host('a').error?.summary).toContain('the host was restarted')
  })

  test('that knows nothing of the changes, and is not as it was, is not told as taken back', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    hosts.faults['a'] = (count) => {
      if (count === 3) rmSync(path.join(folder, 'a.settings.run'), { recursive: true })
      return null
    }
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: x1 })], { guard: 2 })
    expect(host('a')).toMatchObject({ status: 'failed', error: { code: 'not-rolled-back' } })
    expect(host('a').error?.detail).toMatch(/^setting\/x: /)
  })

  test.each([2, 4])('whose connection is lost in exec %i is confirmed all the same', async (nth) => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    hosts.faults['a'] = (count) => (count === nth ? 'unseen' : null)
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: x1 })], { guard: 30 })
    expect(host('a')).toMatchObject({ status: 'changed', error: null, changes: [{ status: 'done' }] })
    expect(hosts.settings('a')).toEqual({ x: '1' })
  })

  test('keeps its changes only together with those that a task ties to it', async () => {
    const hosts = shellHosts(folder, { a: { id: 'A', x: '0' }, b: { id: 'B' }, c: { x: '0' } })
    const tasks = [
      task(0, joinModule, { a: { a: 'a', b: 'b' }, b: { a: 'a', b: 'b' } }),
      task(1, guardedModule, { a: { values: { x: '1', stubborn: '1' } }, c: x1 }),
    ]
    const { host } = await runOn(hosts, ['a', 'b', 'c'], tasks, { guard: 30 })
    expect([host('a').status, host('b').status, host('c').status]).toEqual(['rolled-back', 'rolled-back', 'changed'])
    expect(host('b').error?.summary).toContain('a, with which this host is configured')
    expect([hosts.settings('a'), hosts.settings('b')]).toEqual([{ id: 'A', x: '0' }, { id: 'B' }])
  })

  test('without a guard costs what any change costs', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    await runOn(hosts, ['a'], [task(0, guardedModule, { a: x1 })], { guard: null })
    expect([execs(hosts, 'a'), hosts.connections['a']]).toEqual([3, 1])
  })
})

describe('the lock', () => {
  const lockOf = (run: string, files: Record<string, string>): void => {
    const lock = path.join(folder, 'a.settings.run', `armed-${run}`)
    mkdirSync(lock, { recursive: true, mode: 0o700 })
    for (const [name, text] of Object.entries({ run, owner: 'eve@there', start: '1', ...files })) {
      writeFileSync(path.join(lock, name), `${text}\n`)
    }
  }
  const bornOf = (pid: number): string => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19]!

  test('of a run that is at work keeps others off, which change nothing and say who has it', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    lockOf('other', { pid: `${process.pid} ${bornOf(process.pid)}` })
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: x1 })])
    expect(host('a')).toMatchObject({
      status: 'failed',
      error: { code: 'locked' },
      changes: [{ status: 'not-started' }],
    })
    expect(host('a').error?.detail).toMatch(/^run other of eve@there is at work on this host, since \d+ s$/)
    expect(hosts.settings('a')).toEqual({ x: '0' })
  })

  test('whose guard time runs keeps others off, though no process of it is left', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    lockOf('other', { pid: '999999 1', until: '99999999999' })
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: x1 })])
    expect(host('a').error?.code).toBe('locked')
    expect(host('a').error?.detail).toMatch(/^run other of eve@there waits to be confirmed, \d+ s more$/)
    expect(host('a').error?.hint).toContain('apply --resume')
  })

  test('of a dead run is broken: its undo runs first, and what it moved makes the host stale', async () => {
    const hosts = shellHosts(folder, { a: { x: '5' } })
    const settings = path.join(folder, 'a.settings')
    const run = path.join(folder, 'a.settings.run')
    const undo = `mv -T '${run}/armed-dead' '${run}/undo-dead'; echo 'x 0' >'${settings}'; rm -r '${run}/undo-dead'`
    lockOf('dead', { pid: '999999 1', until: '1', undo })
    const { host } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: x1 })])
    expect(host('a')).toMatchObject({ status: 'failed', error: { code: 'stale' } })
    expect(host('a').error?.detail).toContain('run dead of eve@there ended here without a word')
    expect([hosts.settings('a'), left('a')]).toEqual([{ x: '0' }, false])
  })

  test('of a dead run whose undo moves nothing that was planned is broken, and that is told', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const run = path.join(folder, 'a.settings.run')
    const undo = `mv -T '${run}/armed-dead' '${run}/undo-dead'; rm -r '${run}/undo-dead'`
    lockOf('dead', { pid: '999999 1', until: '1', undo })
    const { host, context } = await runOn(hosts, ['a'], [task(0, guardedModule, { a: x1 })])
    expect(host('a').status).toBe('changed')
    expect(context.diagnostics.map(({ code, severity, summary }) => [code, severity, summary])).toEqual([
      ['lock-broken', 'warning', expect.stringMatching(/^a: run dead of eve@there ended here without a word/)],
    ])
  })
})

describe('which hosts are guarded', () => {
  const planned = (taskIndex: number, more: object = {}) => ({
    ...change('x', 0, 1),
    host: 'h',
    task: 't',
    module: 'm',
    taskIndex,
    checkOnly: false,
    ...more,
  })
  const pair = task(0, joinModule, { a: { a: 'a', b: 'b' }, b: { a: 'a', b: 'b' } })

  test('those with a disruptive change, for the longest time asked for, and those tied to them', () => {
    const work = [
      {
        host: 'a',
        changes: [planned(0), planned(1, { disruptive: true, guard: 90 }), planned(2, { disruptive: true })],
      },
      { host: 'b', changes: [planned(0)] },
      { host: 'c', changes: [planned(1)] },
      { host: 'd', changes: [planned(1, { disruptive: true, guard: null })] },
    ]
    expect([...guardTimes([pair], work, 60)]).toEqual([
      ['a', 90],
      ['b', 90],
    ])
    expect([...guardTimes([pair], work, null)]).toEqual([
      ['a', 90],
      ['b', 90],
    ])
    expect(tiedHosts([pair], work)).toEqual([['a', 'b'], ['c'], ['d']])
  })
})
