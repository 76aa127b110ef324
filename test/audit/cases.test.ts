/** Every control over cases in test/cases/audit/ID.yml: what it says of facts, and that its remedy is a task that exists. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import type { Control, Verdict } from '../../src/audit/define.ts'
import { controls } from '../../src/audit/registry.ts'
import { facts as documented } from '../../src/facts/registry.ts'
import { pastTestSchema } from '../../src/model/audit.ts'
import type { Fact } from '../../src/model/fact.ts'
import { modules } from '../../src/modules/registry.ts'
import type { FactValues } from '../modules/base-facts.ts'
import { baseFacts, merge } from '../modules/base-facts.ts'

const CASES = new URL('../cases/audit/', import.meta.url)

const changes = z.record(z.string(), z.unknown()).default({})

/** What is known beside the facts of the host `here`; peers are other stock hosts, changed by `facts`. */
const around = z.strictObject({
  now: z.string().default('2026-10-31T00:00:00Z'),
  pairs: z
    .array(z.strictObject({ server: z.string(), client: z.string(), named: z.literal(true).exactOptional() }))
    .default([]),
  /** What they say beside a test that passed. */
  tests: z.array(changes).default([]),
  applied: z
    .array(z.strictObject({ fact: z.string(), values: z.array(z.unknown()), hidden: z.boolean().default(false) }))
    .default([]),
  unread: z.string().nullable().default(null),
  peers: z
    .array(
      z.strictObject({
        name: z.string(),
        part: z.enum(['server', 'client']),
        facts: changes,
        reason: z.string().optional(),
      }),
    )
    .default([]),
})

const caseFile = z.array(
  z.strictObject({
    name: z.string(),
    params: changes,
    facts: changes,
    /** Keys of facts that are as in the fact's own example, which `facts` then changes. */
    examples: z.array(z.string()).default([]),
    around: around.prefault({}),
    status: z.enum(['pass', 'fail', 'not-applicable', 'not-tested']),
    reason: z.string(),
    /** Module and parameters; left out where there is none. */
    remedy: z.record(z.string(), z.unknown()).optional(),
    /** `KIND FACT = VALUE`, in their order; not looked at where left out. */
    evidence: z.array(z.string()).optional(),
  }),
)

type Case = z.infer<typeof caseFile>[number]

function verdictOf(control: Control, { params: given, facts, examples, around: beside }: Case): Verdict {
  const params: unknown = control.params.parse(given)
  const shown = examples.map((key): [string, unknown] => [
    key,
    documented.get(key)!.parse({ stdout: documented.get(key)!.example, stderr: '', rc: 0 }),
  ])
  const base = { ...baseFacts(10, '10.0.0.2'), ...Object.fromEntries(shown) }
  const known = {
    ...beside,
    host: 'here',
    tests: beside.tests.map((test) => pastTestSchema.parse({ ...TEST, ...test })),
    applied: { facts: beside.applied.map((one) => ({ ...APPLIED, ...one })), unread: beside.unread },
  }
  const read = (from: FactValues, changed: FactValues): Record<string, unknown> => {
    const all = merge(from, changed) as Record<string, unknown>
    const needed = Object.entries<Fact>(control.facts(params, known) as Record<string, Fact>)
    const have = Object.fromEntries(needed.map(([name, { key }]) => [name, all[key]]))
    expect(Object.values(have)).not.toContain(undefined)
    return have
  }
  const peers = beside.peers.map(({ name, part, facts: theirs, reason }) =>
    reason === undefined
      ? { name, part, have: read(baseFacts(20, '10.0.0.6'), theirs) }
      : { name, part, have: null, reason },
  )
  return control.check(params, read(base, facts), { ...known, peers })
}

const SUBFLOW = { clientDevice: 'eth0', serverDevice: 'eth0', backup: false, bytes: 512, share: 0.5 }

const TEST = {
  server: 'there',
  client: 'here',
  verdict: 'pass',
  reasons: [],
  bytes: 1024,
  durationMs: 1000,
  checksumOk: true,
  subflows: [
    { ...SUBFLOW, clientAddress: '192.0.2.10', serverAddress: '192.0.2.20' },
    {
      ...SUBFLOW,
      clientAddress: '198.51.100.10',
      serverAddress: '198.51.100.20',
      clientDevice: 'wlan0',
      serverDevice: 'wlan0',
    },
  ],
  runId: 'run-1',
  testedAt: '2026-10-29T00:00:00Z',
}

const APPLIED = { runId: 'run-1', at: '2026-10-29T00:00:00Z', by: 'pair.yml' }

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
