/** The diagnosis over counters of both ends as they were measured, in test/cases/fallback. */
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import type { FallbackEnd, FallbackEvidence } from '../../src/mptcp/fallback-evidence.ts'
import { diagnose, phraseDiagnosis } from '../../src/mptcp/fallback.ts'

const FOLDER = new URL('../cases/fallback/', import.meta.url)

/** Every name that Linux 6.18 counts. */
const NAMES = readFileSync(new URL('mib-names-6.18.txt', FOLDER), 'utf8').trim().split(/\s+/).slice(1)

const endpoint = z.strictObject({
  address: z.string(),
  flags: z.array(z.string()),
  present: z.boolean().default(true),
})
const limits = z.tuple([z.number(), z.number()]).nullable()

const caseFile = z.array(
  z.strictObject({
    name: z.string(),
    /** Lines `client NAME+N …` and `server …`. */
    counters: z.string(),
    /** Names that neither kernel has, or ALL. */
    lacks: z.union([z.literal('ALL'), z.array(z.string())]).default([]),
    listens: z.boolean().nullable().default(true),
    /** Subflows, accepted announcements. */
    limits: z.strictObject({ server: limits.optional(), client: limits.optional() }).default({}),
    endpoints: z
      .strictObject({ server: z.array(endpoint).optional(), client: z.array(endpoint).optional() })
      .default({}),
    sysctl: z.partialRecord(z.enum(['server', 'client']), z.record(z.string(), z.string())).optional(),
    waiting: z
      .array(z.strictObject({ from: z.string(), to: z.string() }))
      .nullable()
      .default([]),
    wanted: z.number().default(1),
    curl: z.number().default(0),
    explains: z.enum(['connection', 'joins', 'transfer', 'data']),
    certain: z.boolean().default(true),
    /** Codes in order; not compared where not given. */
    causes: z.array(z.string()).optional(),
    /** Part of the phrase. */
    says: z.string().default(''),
  }),
)

type Case = z.infer<typeof caseFile>[number]

function end(one: Case, role: 'server' | 'client', defaults: Pick<FallbackEnd, 'name' | 'endpoints'>): FallbackEnd {
  const line = one.counters.split('\n').find((text) => text.startsWith(role)) ?? ''
  const gained = line.split(' ').flatMap((word) => /^(\w+)\+(\d+)$/.exec(word) ?? [])
  const grown = new Map(gained.flatMap((word, i) => (i % 3 === 1 ? [[word, Number(gained[i + 1])] as const] : [])))
  const known = NAMES.filter((name) => one.lacks !== 'ALL' && !one.lacks.includes(name))
  const given = one.limits[role]
  const [subflows, addAddrAccepted] = given ?? [2, 1]
  return {
    name: defaults.name,
    counters: Object.fromEntries(known.map((name) => [name, grown.get(name) ?? 0])),
    limits: given === null ? null : { subflows, addAddrAccepted },
    endpoints: one.endpoints[role] ?? defaults.endpoints,
    sysctl: one.sysctl?.[role] ?? {},
  }
}

function evidenceOf(one: Case): FallbackEvidence {
  const signal = { address: '10.201.2.2', flags: ['signal'], present: true }
  return {
    server: end(one, 'server', { name: 'srv', endpoints: [signal] }),
    client: end(one, 'client', { name: 'cli', endpoints: [] }),
    serverListensMptcp: one.listens,
    first: { serverAddress: '10.201.1.2', clientAddress: '10.201.1.1' },
    wanted: one.wanted,
    waitingJoins: one.waiting,
    curlRc: one.curl,
  }
}

describe.each(readdirSync(FOLDER).filter((file) => file.endsWith('.yml')))('%s', (file) => {
  const cases = caseFile.parse(parse(readFileSync(new URL(file, FOLDER), 'utf8')))

  test.each(cases)('$name', (one) => {
    const evidence = evidenceOf(one)
    const diagnosis = diagnose(evidence, one.explains)
    const codes = diagnosis.causes.map(({ code }) => code)
    if (one.causes !== undefined) expect(codes).toEqual(one.causes)
    if (codes.length > 0) expect(diagnosis.certain).toBe(one.certain)
    const phrase = phraseDiagnosis(diagnosis, evidence)
    expect(phrase).toContain(one.says)
    expect(phrase).not.toMatch(/undefined|null|NaN|\(\)/)
  })

  test('every counter in the cases is one that Linux 6.18 has', () => {
    const named = cases.flatMap(({ counters }) => [...counters.matchAll(/(\w+)\+\d/g)].map(([, name]) => name!))
    expect(named.filter((name) => !NAMES.includes(name))).toEqual([])
  })
})
