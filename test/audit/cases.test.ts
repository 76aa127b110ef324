/** Every control over cases in test/cases/audit/ID.yml: what it says of facts, and that its remedy is a task that exists. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import type { Control, Verdict } from '../../src/audit/define.ts'
import { controls } from '../../src/audit/registry.ts'
import { facts as documented } from '../../src/facts/registry.ts'
import type { Fact } from '../../src/model/fact.ts'
import { modules } from '../../src/modules/registry.ts'
import { baseFacts, merge } from '../modules/base-facts.ts'

const CASES = new URL('../cases/audit/', import.meta.url)

const caseFile = z.array(
  z.strictObject({
    name: z.string(),
    params: z.record(z.string(), z.unknown()).default({}),
    facts: z.record(z.string(), z.unknown()).default({}),
    /** Keys of facts that are as in the fact's own example, which `facts` then changes. */
    examples: z.array(z.string()).default([]),
    status: z.enum(['pass', 'fail', 'not-applicable', 'not-tested']),
    reason: z.string(),
    /** Module and parameters; left out where there is none. */
    remedy: z.record(z.string(), z.unknown()).optional(),
    /** `KIND FACT = VALUE`, in their order; not looked at where left out. */
    evidence: z.array(z.string()).optional(),
  }),
)

type Case = z.infer<typeof caseFile>[number]

function verdictOf(control: Control, { params: given, facts, examples }: Case): Verdict {
  const params: unknown = control.params.parse(given)
  const shown = examples.map((key): [string, unknown] => [
    key,
    documented.get(key)!.parse({ stdout: documented.get(key)!.example, stderr: '', rc: 0 }),
  ])
  const base = { ...baseFacts(10, '10.0.0.2'), ...Object.fromEntries(shown) }
  const all = merge(base, facts) as Record<string, unknown>
  const needed = Object.entries<Fact>(control.facts(params) as Record<string, Fact>)
  const have = Object.fromEntries(needed.map(([name, { key }]) => [name, all[key]]))
  expect(Object.values(have)).not.toContain(undefined)
  return control.check(params, have)
}

describe.each([...controls.values()])('$id', (control) => {
  const file = new URL(`${control.id}.yml`, CASES)
  const cases = existsSync(file) ? caseFile.parse(parse(readFileSync(file, 'utf8'), { merge: true })) : []

  it('passes in one case and does not in another', () => {
    const statuses = new Set(cases.map(({ status }) => status))
    expect(statuses).toContain('pass')
    expect(statuses).toContain('fail')
  })

  it.each(cases)('$name', (one) => {
    const { status, reason, remedy, evidence } = one
    const verdict = verdictOf(control, one)
    expect(verdict).toMatchObject({ status, reason })
    const wanted = verdict.remedy === undefined ? undefined : { [verdict.remedy.module]: verdict.remedy.params }
    expect(wanted).toEqual(remedy)
    if (verdict.remedy !== undefined) {
      const module = modules.get(verdict.remedy.module)!
      expect(module.params.safeParse(verdict.remedy.params).error).toBeUndefined()
    }
    const seen = verdict.evidence.map(({ kind, fact, value }) => `${kind} ${fact} = ${JSON.stringify(value)}`)
    if (evidence !== undefined) expect(seen).toEqual(evidence)
  })
})

it('has no cases of a control that is not there', () => {
  const known = new Set([...controls.keys()].map((id) => `${id}.yml`))
  expect(readdirSync(CASES).filter((name) => !known.has(name))).toEqual([])
})
