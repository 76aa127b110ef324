/** Every module's plan over cases in test/cases/modules/NAME.yml; each is planned again over what it predicts. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { applyPrediction, readPredicted, startPrediction } from '../../src/engine/predict.ts'
import type { FactResult } from '../../src/engine/script/probe.ts'
import type { PlanResult, Step } from '../../src/model/change.ts'
import { UNKNOWN } from '../../src/model/change.ts'
import type { Fact } from '../../src/model/fact.ts'
import type { Module } from '../../src/modules/define.ts'
import { modules } from '../../src/modules/registry.ts'
import type { FactValues } from './base-facts.ts'
import { baseFacts, managedFacts, merge } from './base-facts.ts'

const CASES = new URL('../cases/modules/', import.meta.url)

const expectation = z.strictObject({
  /** Each a part of the change at its place; text stands for fact and nothing else. */
  changes: z.array(z.union([z.string(), z.record(z.string(), z.unknown())])).default([]),
  /** All apply steps, and all undo steps last change first, as text; `(lasting)` is what a guard holds back. */
  apply: z.array(z.string()).optional(),
  undo: z.array(z.string()).optional(),
  /** Parts of notes (summary and detail) that must be there. */
  notes: z.array(z.string()).default([]),
  noNotes: z.array(z.string()).default([]),
  problems: z.array(z.string()).default([]),
})

const facts = z.record(z.string(), z.unknown())

const caseFile = z.array(
  z.strictObject({
    name: z.string(),
    params: z.record(z.string(), z.unknown()).default({}),
    /** NetworkManager runs and manages all cards of these hosts. */
    managed: z.union([z.boolean(), z.array(z.string())]).default(false),
    facts: facts.default({}),
    hosts: z.record(z.string(), facts).optional(),
    absent: z.record(z.string(), z.string()).default({}),
    /** Files of the controller, for modules that send them. */
    files: z.record(z.string(), z.string()).default({}),
    expect: z.union([expectation, z.record(z.string(), expectation)]),
  }),
)

type Case = z.infer<typeof caseFile>[number]

describe.each(readdirSync(CASES))('%s', (file) => {
  const module = modules.get(file.replace(/\.yml$/, ''))!
  const cases = caseFile.parse(parse(readFileSync(new URL(file, CASES), 'utf8'), { merge: true }))

  it.each(cases)('$name', (one) => {
    const want = wantOf(module, one)
    const hosts = predictions(one, module, want)
    const results = plan(module, want, hosts, one.absent)
    const expected = isSingle(one.expect) ? { host: one.expect } : one.expect
    expect(Object.keys(results).toSorted()).toEqual(Object.keys(expected).toSorted())
    for (const [name, result] of Object.entries(results)) check(result, expectation.parse(expected[name]))

    for (const [name, result] of Object.entries(results)) {
      for (const change of result.changes) applyPrediction(hosts.get(name)!, change)
    }
    // Nobody can tell what it does, so that it is planned each time.
    if (module.kind === 'host' && module.opaque === true) return
    const known = [...hosts.values()].every((host) =>
      Object.values<Fact>(module.facts(want)).every((fact) => readPredicted(host, fact.key) !== UNKNOWN),
    )
    if (!known) return
    const again = plan(module, want, hosts, one.absent)
    expect(Object.values(again).flatMap(({ changes }) => changes)).toEqual([])
  })
})

function wantOf(module: Module, { params, files }: Case): unknown {
  const want: unknown = module.params.parse(params)
  if (module.kind !== 'host' || module.load === undefined) return want
  return module.load(want, (path) => files[path] ?? '')
}

function isSingle(value: Case['expect']): value is z.infer<typeof expectation> {
  return Array.isArray((value as z.infer<typeof expectation>).changes)
}

function predictions(one: Case, module: Module, want: unknown): Map<string, ReturnType<typeof startPrediction>> {
  const definitions = new Map(Object.values<Fact>(module.facts(want)).map((fact) => [fact.key, fact]))
  const names =
    module.kind === 'host' || module.kind === 'audit'
      ? ['host']
      : module.hosts(want).filter((name) => one.absent[name] === undefined)
  return new Map(
    names.map((name, index) => {
      const managed = one.managed === true || (Array.isArray(one.managed) && one.managed.includes(name))
      let values: FactValues = baseFacts((index + 1) * 10, `10.0.${index}.2`)
      if (managed) values = merge(values, managedFacts) as FactValues
      values = merge(merge(values, one.facts), one.hosts?.[name] ?? {}) as FactValues
      // A profile has a file only where a case says so.
      for (const { key } of definitions.values()) if (key.startsWith('nm_keyfile/')) values[key] ??= null
      const gathered = Object.entries(values).map(([key, value]): [string, FactResult] => [key, { ok: true, value }])
      return [name, startPrediction(definitions, new Map(gathered))]
    }),
  )
}

function plan(
  module: Module,
  want: unknown,
  hosts: Map<string, ReturnType<typeof startPrediction>>,
  absent: Record<string, string>,
): Record<string, PlanResult> {
  const have = Object.fromEntries(
    [...hosts].map(([name, predicted]) => [
      name,
      Object.fromEntries(
        Object.entries<Fact>(module.facts(want)).map(([alias, fact]) => {
          const result = readPredicted(predicted, fact.key)
          if (result === UNKNOWN || !result.ok) throw new Error(`the base has no fact ${fact.key}`)
          return [alias, result.value]
        }),
      ),
    ]),
  )
  if (module.kind === 'host') return { host: module.plan(want, have['host']!) }
  if (module.kind === 'fleet') return module.plan(want, have, absent)
  throw new Error('trials plan nothing')
}

function check(result: PlanResult, expected: z.infer<typeof expectation>): void {
  const told = (result.notes ?? []).map(({ summary, detail }) => `${summary}\n${detail ?? ''}`).join('\n')
  expect((result.problems ?? []).map(({ code }) => code)).toEqual(expected.problems)
  for (const part of expected.notes) expect(told).toContain(part)
  for (const part of expected.noNotes) expect(told).not.toContain(part)
  expect(result.changes.map(({ fact }) => fact)).toEqual(
    expected.changes.map((change) => (typeof change === 'string' ? change : change['fact'])),
  )
  for (const [index, change] of expected.changes.entries()) {
    if (typeof change !== 'string') expect(result.changes[index]).toMatchObject(change)
  }
  if (expected.apply !== undefined) {
    expect(result.changes.flatMap(({ apply }) => apply.map(stepText))).toEqual(expected.apply)
  }
  if (expected.undo !== undefined) {
    expect(result.changes.toReversed().flatMap(({ undo }) => undo.map(stepText))).toEqual(expected.undo)
  }
}

function stepText(step: Step): string {
  if (step.kind === 'run') return `${step.argv.join(' ')}${step.lasting === true ? ' (lasting)' : ''}`
  return step.kind === 'remove' ? `remove ${step.path}` : `write ${step.path} ${step.mode} ${step.owner}:${step.group}`
}
