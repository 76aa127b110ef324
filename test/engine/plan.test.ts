import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { planSegment } from '../../src/engine/plan.ts'
import { UNKNOWN } from '../../src/model/change.ts'
import type { HostPlan } from '../../src/model/events.ts'
import { defineModule } from '../../src/modules/define.ts'
import { change, foldHost, joinModule, probeTrial, setModule, settings, task } from '../support/tasks.ts'

const shown = (plan: HostPlan | undefined): string[] =>
  plan!.changes.map((c) => `${c.fact} ${String(c.before)} -> ${String(c.after)}`)
const whole = { start: 0, through: false }

/** Changes `later` to something only known after apply. */
const unknownModule = defineModule({
  name: 'unknown',
  summary: '',
  description: '',
  example: '',
  params: z.strictObject({}),
  facts: () => ({ settings }),
  plan: (_, have) => ({ changes: have.settings['later'] === undefined ? [change('later', null, UNKNOWN)] : [] }),
})

/** Wants its setting one higher each time: never settles. */
const restlessModule = defineModule({
  name: 'restless',
  summary: '',
  description: '',
  example: '',
  params: z.strictObject({}),
  facts: () => ({ settings }),
  plan: (_, have) => ({ changes: [change('n', have.settings['n'], String(Number(have.settings['n'] ?? 0) + 1))] }),
})

describe('planSegment', () => {
  test('each task sees what the tasks before it will have made true', () => {
    const tasks = [
      task(0, setModule, { a: { values: { x: '1' } } }),
      task(1, setModule, { a: { values: { x: '1', y: '2' } } }),
    ]
    const result = planSegment(tasks, [foldHost('a', { x: '0' })], whole)
    expect(shown(result.plans.get('a'))).toEqual(['setting/x 0 -> 1', 'setting/y null -> 2'])
    expect(result.end).toBe(2)
  })

  test('gathered facts are never changed', () => {
    const host = foldHost('a', { x: '0' })
    planSegment([task(0, setModule, { a: { values: { x: '1' } } })], [host], whole)
    expect(host.gathered.get('setting')).toEqual({ ok: true, value: { x: '0' } })
  })

  test('a fleet task sees the predicted facts of all its hosts', () => {
    const want = { a: 'a', b: 'b' }
    const tasks = [task(0, setModule, { a: { values: { id: 'A2' } } }), task(1, joinModule, { a: want, b: want })]
    const result = planSegment(tasks, [foldHost('a', { id: 'A' }), foldHost('b', { id: 'B' })], whole)
    expect(shown(result.plans.get('b'))).toEqual(['setting/peer null -> A2'])
  })

  test('two tasks that disagree are a problem that names both and the fact', () => {
    const tasks = [
      task(0, setModule, { a: { values: { x: '1' } } }, 'first'),
      task(1, setModule, { a: { values: { x: '2' } } }, 'second'),
    ]
    const plan = planSegment(tasks, [foldHost('a', {})], whole).plans.get('a')!
    expect(plan.problems).toMatchObject([
      { code: 'tasks-disagree', summary: 'tasks "first" and "second" disagree about setting/x' },
    ])
  })

  test('a task that would change its fact again after itself does not settle', () => {
    const plan = planSegment([task(0, restlessModule, { a: {} }, 'up')], [foldHost('a', {})], whole).plans.get('a')!
    expect(plan.problems[0]?.summary).toBe('task "up" does not settle: it would change setting/n again after itself')
  })

  test('a problem of one host skips its pair on the other, whichever task finds it, and leaves other hosts alone', () => {
    const want = { a: 'a', b: 'b' }
    const tasks = [
      task(0, joinModule, { a: want, b: want }),
      task(1, setModule, { a: { values: {}, problem: 'cannot' }, c: { values: { x: '1' } } }),
    ]
    const hosts = [foldHost('a', { id: 'A' }), foldHost('b', { id: 'B' }), foldHost('c', {})]
    const { plans, skipped } = planSegment(tasks, hosts, whole)
    expect(plans.get('a')!.problems.map((problem) => problem.summary)).toEqual(['cannot'])
    expect(plans.get('b')!.changes).toEqual([])
    expect(skipped.get('b')).toBe('a: cannot')
    expect(shown(plans.get('c'))).toEqual(['setting/x null -> 1'])
  })

  test('a task that reads what is only known after apply ends the segment', () => {
    const tasks = [task(0, unknownModule, { a: {} }), task(1, setModule, { a: { values: { x: '1' } } }, 'reads it')]
    const result = planSegment(tasks, [foldHost('a', {})], whole)
    expect(result.end).toBe(1)
    expect(result.plans.get('a')!.afterApply).toEqual([{ task: 'reads it', reason: 'reads setting' }])
    expect(result.plans.get('a')!.problems).toEqual([])
  })

  test('a trial ends the segment, but not in check mode', () => {
    const want = { server: 'a', client: 'b' }
    const tasks = [task(0, probeTrial, { a: want, b: want }), task(1, setModule, { a: { values: { x: '1' } } })]
    const hosts = [foldHost('a', {}), foldHost('b', {})]
    expect(planSegment(tasks, hosts, whole)).toMatchObject({ end: 0 })
    const checked = planSegment(tasks, hosts, { start: 0, through: true })
    expect(shown(checked.plans.get('a'))).toEqual(['setting/x null -> 1'])
  })

  test('a task under check_mode is planned, but nothing builds on it', () => {
    const tasks = [
      { ...task(0, setModule, { a: { values: { x: '1' } } }), checkOnly: true },
      task(1, setModule, { a: { values: { x: '1' } } }),
    ]
    const plan = planSegment(tasks, [foldHost('a', {})], whole).plans.get('a')!
    expect(plan.changes.map((c) => c.checkOnly)).toEqual([true, false])
    expect(plan.problems).toEqual([])
  })

  test('an unreadable fact is a problem with its reason', () => {
    const host = {
      ...foldHost('a', {}),
      gathered: new Map([['setting', { ok: false as const, reason: 'needs root', hint: 'become' }]]),
    }
    const plan = planSegment([task(0, setModule, { a: { values: {} } })], [host], whole).plans.get('a')!
    expect(plan.problems).toMatchObject([
      { code: 'fact-unreadable', summary: 'cannot read setting: needs root', hint: 'become' },
    ])
  })
})
