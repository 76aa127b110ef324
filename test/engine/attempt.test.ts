import { expect, test } from 'vitest'
import { newAttempt } from '../../src/engine/attempt.ts'
import type { PlannedChange, Step } from '../../src/model/change.ts'

const sleep = (timeout?: number): Step => ({ kind: 'run', argv: ['sleep', '1'], ...(timeout && { timeout }) })

function change(fact: string, disruptive: boolean, apply: Step[]): PlannedChange {
  const task = { host: 'a', task: 't', module: 'm', taskIndex: 0, checkOnly: false }
  return { ...task, fact, before: 0, after: 1, summary: fact, disruptive, apply, undo: [] }
}

const changes = [
  change('packages', false, [sleep(600)]),
  change('link', true, [sleep(600), sleep(5), sleep()]),
  change('later', false, [sleep(300)]),
]
const limits = (guard: number | null): unknown[] =>
  newAttempt('run', 1, changes, guard).placed.map(({ step }) => (step.kind === 'run' ? step.timeout : null))

test('under a guard nothing that may cut the host off, or follows it, takes much longer than the guard time', () => {
  expect(limits(60)).toEqual([600, 70, 5, 30, 70])
  expect(limits(5)).toEqual([600, 15, 5, 15, 15])
})

test('without a guard programs have the time that they ask for', () => {
  expect(limits(null)).toEqual([600, 600, 5, undefined, 300])
})
