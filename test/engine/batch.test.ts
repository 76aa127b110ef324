import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Change } from '../../src/model/change.ts'
import { HostError } from '../../src/model/errors.ts'
import { execs, runOn } from '../support/run-on.ts'
import { shellHosts } from '../support/shell-transport.ts'
import { change, joinModule, probeTrial, setModule, task } from '../support/tasks.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-batch-'))
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 10 }))

describe('one batch', () => {
  test('changes cost one connection and three execs, nothing to do costs one', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' }, b: { x: '1' } })
    const tasks = [task(0, setModule, { a: { values: { x: '1' } }, b: { values: { x: '1' } } })]
    const { host } = await runOn(hosts, ['a', 'b'], tasks)
    expect(host('a')).toMatchObject({
      status: 'changed',
      changes: [{ fact: 'setting/x', before: '0', after: '1', status: 'done' }],
    })
    expect(host('b')).toMatchObject({ status: 'ok', changes: [] })
    expect([execs(hosts, 'a'), execs(hosts, 'b'), hosts.connections['a']]).toEqual([3, 1, 1])
    expect(hosts.settings('a')).toEqual({ x: '1' })
  })

  test('check mode changes nothing and reports the same changes', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const { host } = await runOn(hosts, ['a'], [task(0, setModule, { a: { values: { x: '1' } } })], { check: true })
    expect(host('a')).toMatchObject({ status: 'changed', changes: [{ status: 'planned' }] })
    expect(execs(hosts, 'a')).toBe(1)
    expect(hosts.settings('a')).toEqual({ x: '0' })
  })

  test('a failed step ends its host: earlier changes done, later ones not started; others complete', async () => {
    const hosts = shellHosts(folder, { a: {}, b: {} })
    const values = { x: '1', crash: '2', y: '3' }
    const tasks = [task(0, setModule, { a: { values }, b: { values: { x: '1' } } })]
    const { host } = await runOn(hosts, ['a', 'b'], tasks)
    expect(host('a').changes.map((change) => change.status)).toEqual(['done', 'failed', 'not-started'])
    expect(host('a')).toMatchObject({ status: 'failed', error: { code: 'command-failed', detail: 'cannot set 2' } })
    expect(host('b').status).toBe('changed')
  })

  test('a change whose file a later change writes for both fails with it', async () => {
    const hosts = shellHosts(folder, { a: {} })
    const file = path.join(folder, 'none', 'file')
    const write = { kind: 'write' as const, path: file, mode: '0644', owner: 'root', group: 'root' }
    const run = { kind: 'run' as const, argv: ['true'] }
    const writing = (name: string, bytes: string): Change => ({
      ...change(name, null, bytes),
      apply: [run, { ...write, bytes }, run],
    })
    const changes = [writing('one', '1'), change('x', null, '1'), writing('two', '2')]
    const twice: typeof setModule = {
      ...setModule,
      plan: (_, have) => ({ changes: have.settings['x'] === undefined ? changes : [] }),
    }
    const { host } = await runOn(hosts, ['a'], [task(0, twice, { a: {} })])
    // It is written once, in the place of the first.
    expect(host('a').changes.map((one) => one.status)).toEqual(['failed', 'not-started', 'failed'])
    expect(host('a').error?.summary).toContain(`write ${file} ended with 1`)
  })

  test('what does not stay as it was set is not converged', async () => {
    const hosts = shellHosts(folder, { a: {} })
    const { host } = await runOn(hosts, ['a'], [task(0, setModule, { a: { values: { stubborn: '1' } } })])
    expect(host('a')).toMatchObject({
      status: 'failed',
      error: { code: 'not-converged', detail: 'setting/stubborn: set stubborn to 1' },
    })
  })

  test('a connection lost before the word to begin changed nothing, and the other host completes', async () => {
    const hosts = shellHosts(folder, { a: {}, b: {} })
    hosts.faults['a'] = (count) => (count === 2 ? 'lost' : null)
    const tasks = [task(0, setModule, { a: { values: { x: '1' } }, b: { values: { x: '1' } } })]
    const { host } = await runOn(hosts, ['a', 'b'], tasks)
    expect(host('a')).toMatchObject({
      status: 'unreachable',
      changes: [{ status: 'not-started' }],
      error: { code: 'connection-lost' },
    })
    expect(host('b').status).toBe('changed')
  })

  test.each(['aborted', 'output-cap'] as const)(
    'after %s the host is asked what it did; where it does not know, nothing is said of the steps',
    async (end) => {
      const hosts = shellHosts(folder, { a: {} })
      hosts.faults['a'] = (count) => (count === 2 ? end : null)
      const { host } = await runOn(hosts, ['a'], [task(0, setModule, { a: { values: { x: '1', y: '2' } } })])
      expect(host('a').status).toBe('unknown')
      expect(host('a').changes.map((change) => change.status)).toEqual(['unknown', 'unknown'])
      // Asked over a new connection, the host knows of no such run either.
      expect([execs(hosts, 'a'), hosts.connections['a']]).toEqual([3, 2])
    },
  )

  test('what was done while the connection was lost is read from the host', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' }, b: {} })
    hosts.faults['a'] = (count) => (count === 2 ? 'unseen' : null)
    hosts.faults['b'] = hosts.faults['a']
    const values = { x: '1', crash: '1', y: '2' }
    const { host } = await runOn(hosts, ['a', 'b'], [task(0, setModule, { a: { values: { x: '1' } }, b: { values } })])
    expect(host('a')).toMatchObject({ status: 'changed', error: null, changes: [{ status: 'done' }] })
    expect(host('b')).toMatchObject({ status: 'failed', error: { code: 'command-failed' } })
    expect(host('b').changes.map((change) => change.status)).toEqual(['done', 'failed', 'not-started'])
    expect(existsSync(path.join(folder, 'a.settings.run'))).toBe(false)
  })

  test('facts that moved since the plan make a host stale: nothing is changed, and they are named', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' }, b: { x: '0' } })
    const review = async (): Promise<boolean> => {
      writeFileSync(path.join(folder, 'a.settings'), 'x 7\n')
      return true
    }
    const values = { values: { x: '1' } }
    const { host } = await runOn(hosts, ['a', 'b'], [task(0, setModule, { a: values, b: values })], { review })
    expect(host('a')).toMatchObject({
      status: 'failed',
      error: { code: 'stale' },
      changes: [{ status: 'not-started' }],
    })
    expect(host('a').error?.summary).toContain('setting changed')
    expect([hosts.settings('a'), hosts.settings('b')]).toEqual([{ x: '7' }, { x: '1' }])
    expect(existsSync(path.join(folder, 'a.settings.run'))).toBe(false)
  })

  test('a connection lost while reading is unreachable: nothing was changed', async () => {
    const hosts = shellHosts(folder, { a: {} })
    hosts.faults['a'] = () => 'lost'
    const { host } = await runOn(hosts, ['a'], [task(0, setModule, { a: { values: { x: '1' } } })])
    expect(host('a')).toMatchObject({ status: 'unreachable', error: { code: 'connection-lost' } })
  })

  test('a time limit on the host is a failure that says so', async () => {
    const hosts = shellHosts(folder, { a: {} })
    hosts.faults['a'] = (count) => (count === 2 ? 'timed-out' : null)
    const { host } = await runOn(hosts, ['a'], [task(0, setModule, { a: { values: { x: '1' } } })])
    expect(host('a')).toMatchObject({
      status: 'failed',
      changes: [{ status: 'unknown' }],
      error: { code: 'timed-out' },
    })
  })

  test("a refused become is that host's failure", async () => {
    const hosts = shellHosts(folder, { a: {} })
    hosts.faults['a'] = () => new HostError('failed', 'become-password-wrong', 'wrong password')
    const { host } = await runOn(hosts, ['a'], [task(0, setModule, { a: { values: {} } })])
    expect(host('a')).toMatchObject({ status: 'failed', error: { code: 'become-password-wrong' } })
  })

  test('an unreachable peer skips the pair, its trial is not run, and the rest goes on', async () => {
    const hosts = shellHosts(folder, { a: { id: 'A' } })
    const pair = { a: 'a', b: 'gone' }
    const trial = { server: 'a', client: 'gone' }
    const tasks = [task(0, joinModule, { a: pair, gone: pair }), task(1, probeTrial, { a: trial, gone: trial })]
    const { host, context } = await runOn(hosts, ['a', 'gone'], tasks)
    expect(host('a').status).toBe('skipped')
    expect(host('gone')).toMatchObject({ status: 'unreachable', error: { code: 'refused' } })
    expect(context.trials).toMatchObject([{ verdict: 'not-run', reasons: ['gone: gone: connection refused'] }])
  })

  test('a trial runs after its hosts are verified, and is not in their metrics', async () => {
    const hosts = shellHosts(folder, { a: {}, b: {} })
    const trial = { server: 'a', client: 'b' }
    const tasks = [
      task(0, setModule, { a: { values: { id: 'A' } }, b: { values: {} } }),
      task(1, probeTrial, { a: trial, b: trial }),
    ]
    const { context, host } = await runOn(hosts, ['a', 'b'], tasks)
    expect(context.trials).toMatchObject([{ verdict: 'pass' }])
    expect(execs(hosts, 'a')).toBe(4)
    const { closeSession } = await import('../../src/engine/context.ts')
    await closeSession(host('a'))
    expect(host('a').metrics.execs).toBe(3)
  })

  test('a review that says no leaves everything as it is', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const { host, context } = await runOn(hosts, ['a'], [task(0, setModule, { a: { values: { x: '1' } } })], {
      review: async () => false,
    })
    expect(context.declined).toBe(true)
    expect(host('a')).toMatchObject({ status: 'not-started', changes: [{ status: 'not-started' }] })
    expect(hosts.settings('a')).toEqual({ x: '0' })
  })

  test('an interrupt before the start leaves hosts not started', async () => {
    const hosts = shellHosts(folder, { a: {} })
    const { host } = await runOn(hosts, ['a'], [task(0, setModule, { a: { values: {} } })], {
      interrupt: AbortSignal.abort(),
    })
    expect(host('a').status).toBe('not-started')
    expect(execs(hosts, 'a')).toBe(0)
  })
})
