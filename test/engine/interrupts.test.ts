import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { probeTrial, setModule, task } from '../support/tasks.ts'
import { execs, runOn } from '../support/run-on.ts'
import { shellHosts } from '../support/shell-transport.ts'

let folder = ''
let interrupt = new AbortController()
let kill = new AbortController()
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-interrupt-'))
  interrupt = new AbortController()
  kill = new AbortController()
})
afterEach(() => {
  rmSync(folder, { recursive: true, maxRetries: 10 })
  // As root a cut apply leaves its record, as it should on a host.
  rmSync(path.join('/run/mptcp-fleet', path.basename(folder)), { recursive: true, force: true })
})

const names = ['a', 'b', 'c']
const setX = task(0, setModule, Object.fromEntries(names.map((name) => [name, { values: { x: '1' } }])))
const trial = task(1, probeTrial, { a: { server: 'a', client: 'b' }, b: { server: 'a', client: 'b' } })
const hostsOf = () => shellHosts(folder, { a: { id: 'A' }, b: {}, c: {} })
const signals = () => ({ interrupt: interrupt.signal, kill: kill.signal })

describe('an interrupt', () => {
  test('while connecting calls off what has not begun, and blames no host', async () => {
    const hosts = hostsOf()
    hosts.beforeConnect = (name) => name === 'b' && interrupt.abort()
    const { host } = await runOn(hosts, names, [setX], { ...signals(), forks: 1 })
    expect(host('a').status).toBe('not-started')
    expect(host('b')).toMatchObject({ status: 'not-started', error: null, changes: [] })
    expect(host('c')).toMatchObject({ status: 'not-started', error: null })
    expect(execs(hosts, 'b')).toBe(0)
  })

  test('while facts are read leaves hosts unchanged, and nobody is asked', async () => {
    const hosts = hostsOf()
    hosts.faults['a'] = () => {
      interrupt.abort()
      return null
    }
    let asked = 0
    const review = async () => {
      asked++
      return true
    }
    const { host, context } = await runOn(hosts, ['a', 'b'], [setX, trial], { ...signals(), review })
    expect([asked, context.declined]).toEqual([0, false])
    expect(host('a')).toMatchObject({ status: 'not-started', changes: [{ status: 'not-started' }] })
    expect(context.trials).toMatchObject([{ verdict: 'not-run', reasons: ['interrupted'] }])
    expect(context.diagnostics).toEqual([])
  })

  test('while changes are made lets hosts that began go on, and starts no other', async () => {
    const hosts = hostsOf()
    hosts.faults['a'] = (count) => {
      if (count === 2) interrupt.abort()
      return null
    }
    const { host } = await runOn(hosts, names, [setX], { ...signals(), forks: 1 })
    expect(host('a')).toMatchObject({ status: 'changed', changes: [{ status: 'done' }] })
    expect(execs(hosts, 'a')).toBe(3)
    for (const name of ['b', 'c']) {
      expect(host(name)).toMatchObject({ status: 'not-started', changes: [{ status: 'not-started' }], error: null })
      expect(execs(hosts, name)).toBe(1)
    }
    expect(hosts.settings('b')).toEqual({})
  })

  test('that cuts an apply leaves its outcome unknown, and says where the host keeps it', async () => {
    const hosts = hostsOf()
    hosts.faults['a'] = (count) => {
      if (count !== 2) return null
      interrupt.abort()
      kill.abort()
      return 'aborted'
    }
    const { host } = await runOn(hosts, ['a'], [setX], signals())
    expect(host('a')).toMatchObject({
      status: 'unknown',
      changes: [{ status: 'unknown' }],
      error: { code: 'outcome-unknown', hint: expect.stringContaining('/run/mptcp-fleet/') as unknown },
    })
  })

  test('that cuts the reading of facts blames no host', async () => {
    const hosts = hostsOf()
    hosts.faults['a'] = () => 'aborted'
    const { host } = await runOn(hosts, ['a'], [setX], signals())
    expect(host('a')).toMatchObject({ status: 'not-started', error: null })
  })

  test.each(['lost', 'aborted'] as const)('after changes were made, %s while verifying: unknown', async (end) => {
    const hosts = hostsOf()
    hosts.faults['a'] = (count) => (count === 3 ? end : null)
    const { host } = await runOn(hosts, ['a'], [setX], signals())
    expect(host('a')).toMatchObject({
      status: 'unknown',
      changes: [{ status: 'done' }],
      error: { code: 'outcome-unknown' },
    })
  })
})
