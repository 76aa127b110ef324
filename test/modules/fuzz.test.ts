/** Every module's plan from facts of hosts that lie: changes or problems, never a crash that would be called a bug. */
import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { FactResults } from '../../src/engine/script/probe.ts'
import type { PlanResult } from '../../src/model/change.ts'
import type { Fact } from '../../src/model/fact.ts'
import { plainValue } from '../../src/model/plain.ts'
import type { Module } from '../../src/modules/define.ts'
import { modules } from '../../src/modules/registry.ts'
import { mptcpTest } from '../../src/modules/mptcp_test.ts'
import { renderChange } from '../../src/report/plan-change.ts'
import { PLAIN } from '../../src/report/style.ts'
import { hostileResults } from '../support/hostile-facts.ts'

const CASES = new URL('../cases/modules/', import.meta.url)

interface Case {
  name: string
  params?: Record<string, unknown>
  files?: Record<string, string>
}

describe.each(readdirSync(CASES))('%s', (file) => {
  const module = modules.get(file.replace(/\.yml$/, ''))!
  const cases = parse(readFileSync(new URL(file, CASES), 'utf8'), { merge: true }) as Case[]
  const wants = [...new Map(cases.map((one) => [JSON.stringify(one.params), one])).values()].map((one) =>
    wantOf(module, one),
  )

  it('plans', () => {
    let plans = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...wants).chain((want) => hostsOf(module, want).map((hosts) => ({ want, hosts }))),
        (given) => {
          for (const result of planned(module, given.want, given.hosts)) {
            plans++
            look(result)
          }
        },
      ),
      { numRuns: 100 },
    )
    expect(plans).toBeGreaterThan(5)
  })
})

it('mptcp_test prepares', () => {
  const want = mptcpTest.params.parse({ server: 'a', client: 'b' })
  let plans = 0
  fc.assert(
    fc.property(hostsOf(mptcpTest, want), (hosts) => {
      const have = haveOf(mptcpTest, want, hosts)
      if (Object.keys(have).length < 2) return
      const plan = mptcpTest.prepare(
        want,
        { server: 'a', client: 'b' },
        have as Parameters<typeof mptcpTest.prepare>[2],
      )
      plans++
      if ('problems' in plan) return
      for (const ready of ['8080', 'NaN', '-1', "'; id #", '']) expect(plan.clientScript([ready])).not.toContain('; id')
    }),
    { numRuns: 100 },
  )
  expect(plans).toBeGreaterThan(5)
})

function wantOf(module: Module, { params = {}, files = {} }: Case): unknown {
  const want: unknown = module.params.parse(params)
  if (module.kind !== 'host' || module.load === undefined) return want
  return module.load(want, (path) => files[path] ?? '')
}

/** The host's last part of its addresses is another one than its peer's. */
function hostsOf(module: Module, want: unknown): fc.Arbitrary<[string, FactResults][]> {
  const names = module.kind === 'host' || module.kind === 'audit' ? ['host'] : module.hosts(want)
  return fc.tuple(
    ...names.map((name, index) => {
      const retell = (example: string): string =>
        example.replaceAll(/\b(192\.0\.2|198\.51\.100)\.20\b/g, `$1.${20 + index}`)
      return hostileResults(Object.values<Fact>(module.facts(want)), retell).map((results): [string, FactResults] => [
        name,
        results,
      ])
    }),
  )
}

function haveOf(
  module: Module,
  want: unknown,
  hosts: [string, FactResults][],
): Record<string, Record<string, unknown>> {
  const entries = Object.entries<Fact>(module.facts(want))
  const readable = hosts.filter(([, results]) => entries.every(([, { key }]) => results.get(key)!.ok))
  return Object.fromEntries(
    readable.map(([name, results]) => [
      name,
      Object.fromEntries(
        entries.map(([alias, { key }]) => {
          const result = results.get(key)!
          return [alias, result.ok ? result.value : null]
        }),
      ),
    ]),
  )
}

function planned(module: Module, want: unknown, hosts: [string, FactResults][]): PlanResult[] {
  const have = haveOf(module, want, hosts)
  const absent = Object.fromEntries(
    hosts.filter(([name]) => have[name] === undefined).map(([name]) => [name, 'unreadable']),
  )
  if (module.kind === 'fleet') return Object.values(module.plan(want, have, absent))
  if (module.kind !== 'host' || have['host'] === undefined) return []
  return [module.plan(want, have['host'])]
}

/** What reviews, reports and undo records do with a plan. */
function look(result: PlanResult): void {
  for (const change of result.changes) {
    const shown = { ...change, host: 'h', task: 't', module: 'm', taskIndex: 0, checkOnly: false }
    const lines = renderChange(shown, PLAIN, { diff: true, verbose: true, steps: true })
    expect(lines.join('').replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
    expect(() =>
      JSON.stringify([plainValue(change.before), plainValue(change.after), plainValue(change.effects)]),
    ).not.toThrow()
  }
}
