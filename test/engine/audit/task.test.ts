/** The task `audit` in a batch: when it judges, what it reads for that, and what becomes of a host that fails. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { defineControl, fail, notTested, pass } from '../../../src/audit/define.ts'
import { NOTHING_KNOWN } from '../../../src/audit/evaluate.ts'
import type { TaskAudit } from '../../../src/engine/audit/task.ts'
import type { AssembledTask } from '../../../src/engine/assemble.ts'
import type { Known } from '../../../src/audit/define.ts'
import { FactUnreadable } from '../../../src/model/fact.ts'
import { audit as auditModule } from '../../../src/modules/audit.ts'
import { execs, runOn } from '../../support/run-on.ts'
import { shellHosts } from '../../support/shell-transport.ts'
import { probeTrial, setModule, settings, task } from '../../support/tasks.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-audit-task-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** x must be 1, in a fact that no module reads; what is known beside it is told. */
const control = defineControl({
  id: 'x-is-one',
  title: 'x is 1',
  rationale: 'So.',
  severity: 'high',
  nist: ['CM-6'],
  references: ['none'],
  params: z.strictObject({}),
  facts: () => ({ own: { ...settings, key: 'judged' } }),
  check: (_, { own }, { tests, applied, pairs }) => {
    const known = `${tests.length} tests of ${pairs.length} pairs, ${applied.facts.length} applied`
    if (own['x'] === 'unsure') return notTested('nobody knows')
    return own['x'] === '1' ? pass(known) : fail(`x is ${own['x']}, ${known}`, null)
  },
})

function audit(index: number, hosts: readonly string[], more: Partial<TaskAudit> = {}): AssembledTask {
  const chosen = { control, severity: control.severity, params: {}, required: false }
  const one: TaskAudit = {
    profile: { name: 'p', title: 'P', controls: [chosen], pairs: [] },
    failOn: 'low',
    waivers: [],
    known: (host) => ({ ...NOTHING_KNOWN, host }),
    ...more,
  }
  const wants = Object.fromEntries(hosts.map((host) => [host, {}]))
  return { ...task(index, auditModule, wants), audits: new Map(hosts.map((host) => [host, one])) }
}

const setX = (index: number, hosts: readonly string[], x = '1'): AssembledTask =>
  task(index, setModule, Object.fromEntries(hosts.map((host) => [host, { values: { x } }])))

describe('an audit in a play', () => {
  test('costs no exec of its own, and leaves a host on which all passes alone', async () => {
    const hosts = shellHosts(folder, { a: { x: '1' } })
    const { host, context, events } = await runOn(hosts, ['a'], [setX(0, ['a']), audit(1, ['a'])])
    expect([host('a').status, context.findings, execs(hosts, 'a')]).toEqual(['ok', [], 1])
    expect(events.filter(({ type }) => type === 'audit-finished')).toEqual([
      { type: 'audit-finished', task: 'task 1', host: 'a', passed: 1, findings: [] },
    ])
  })

  test('judges what the tasks before it have made, from what verify read', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const { host, context } = await runOn(hosts, ['a'], [setX(0, ['a']), audit(1, ['a'])])
    expect([host('a').status, context.findings, execs(hosts, 'a')]).toEqual(['changed', [], 3])
  })

  test('fails a host on which a control fails: later tasks are not started there, other hosts go on', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' }, b: { x: '1' } })
    const both = ['a', 'b']
    const later = task(1, setModule, Object.fromEntries(both.map((name) => [name, { values: { y: '2' } }])))
    const { host, context } = await runOn(hosts, both, [audit(0, both), later])
    expect(host('a')).toMatchObject({
      status: 'failed',
      error: { code: 'controls-failing', summary: '1 control of profile p fails: x-is-one' },
    })
    expect(host('b').status).toBe('changed')
    expect([hosts.settings('a')['y'], hosts.settings('b')['y']]).toEqual([undefined, '2'])
    expect(context.findings).toMatchObject([{ host: 'a', control: 'x-is-one', severity: 'high', fails: true }])
  })

  test.each<[string, Partial<TaskAudit>, { fails: boolean; status: string; waiver: string | null }]>([
    ['less grave than is asked', { failOn: 'critical' }, { fails: false, status: 'fail', waiver: null }],
    [
      'waived',
      {
        waivers: [
          {
            control: 'x-is-one',
            hosts: 'a',
            owner: 'ops',
            reason: 'later',
            expires: '2999-01-01',
            source: null,
            covers: new Set(['a']),
          },
        ],
      },
      { fails: false, status: 'waived', waiver: 'ops, until 2999-01-01: later' },
    ],
  ])('what is %s is told and fails nothing', async (_, more, expected) => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const { host, context } = await runOn(hosts, ['a'], [audit(0, ['a'], more)])
    expect([host('a').status, context.findings]).toMatchObject(['ok', [expected]])
  })

  test('a fact that cannot be read is an error of its controls', async () => {
    const parse = (): never => {
      throw new FactUnreadable('it says nothing')
    }
    const blind = { ...control, facts: () => ({ own: { ...settings, key: 'judged', parse } }) }
    const chosen = { control: blind, severity: control.severity, params: {}, required: false }
    const profile = { name: 'p', title: 'P', controls: [chosen], pairs: [] }
    const hosts = shellHosts(folder, { a: {} })
    const { context } = await runOn(hosts, ['a'], [audit(0, ['a'], { profile })])
    expect(context.findings).toMatchObject([{ status: 'error', fails: true }])
  })

  test('under no_log nothing of what was found is told', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const { context } = await runOn(hosts, ['a'], [{ ...audit(0, ['a']), noLog: true }])
    expect(context.findings).toMatchObject([{ reason: 'censored: no_log', evidence: [] }])
    expect(JSON.stringify(context.findings)).not.toContain('x is 0')
  })

  test('knows the tests of the run itself, and forgets what was applied to facts that it changes', async () => {
    const hosts = shellHosts(folder, { a: { id: '1', x: '0' }, b: { id: '2', x: '1' } })
    const both = ['a', 'b']
    const wish = { server: 'a', client: 'b' }
    const one = { values: ['0'], runId: 'r', at: '', by: '', hidden: false }
    const applied = { facts: ['setting/x', 'setting/y'].map((fact) => ({ ...one, fact })), unread: null }
    const known = (host: string): Known => ({ ...NOTHING_KNOWN, host, applied })
    const tasks = [setX(0, ['a'], '5'), task(1, probeTrial, { a: wish, b: wish }), audit(2, both, { known })]
    const { context } = await runOn(hosts, both, tasks)
    expect(context.findings.map(({ reason }) => reason)).toEqual(['x is 5, 1 tests of 1 pairs, 1 applied'])
  })
})

describe('check mode', () => {
  test('judges a host that nothing would change, and starts nothing after a failure', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' } })
    const later = task(1, setModule, { a: { values: { y: '2' } } })
    const { host } = await runOn(hosts, ['a'], [audit(0, ['a']), later], { check: true })
    expect(host('a')).toMatchObject({ status: 'failed', changes: [{ fact: 'setting/y', status: 'not-started' }] })
  })

  test('does not judge what tasks before it would change, and says so', async () => {
    const hosts = shellHosts(folder, { a: { x: '0' }, b: { x: '1' } })
    const both = ['a', 'b']
    const { host, context, events } = await runOn(hosts, both, [setX(0, both), audit(1, both)], { check: true })
    expect([host('a').status, host('b').status, context.findings]).toEqual(['changed', 'ok', []])
    const plans = events.flatMap((event) => (event.type === 'plan-ready' ? event.plan.hosts : []))
    expect(plans.map(({ afterApply }) => afterApply)).toEqual([
      [{ task: 'task 1', reason: 'judges what the changes before it make' }],
      [],
    ])
    expect(events.flatMap((event) => (event.type === 'audit-finished' ? [event.host] : []))).toEqual(['b'])
  })
})

test('a plan that is kept does not rest on what only an audit reads', async () => {
  const hosts = shellHosts(folder, { a: { x: '1' } })
  const seen: string[][] = []
  const onFacts = (_: string, results: ReadonlyMap<string, unknown>): unknown => seen.push([...results.keys()])
  await runOn(hosts, ['a'], [setX(0, ['a']), audit(1, ['a'])], { check: true, onFacts })
  expect(seen).toEqual([['setting']])
})
