/** Facts of a saved plan: as they are kept, read back for planning, and held against what a host says now. */
import { isDeepStrictEqual } from 'node:util'
import { HostError } from '../model/errors.ts'
import type { Fact } from '../model/fact.ts'
import { plainValue } from '../model/plain.ts'
import type { Redactor } from '../text/redact.ts'
import type { FactResults } from './script/probe.ts'

/** A fact of a saved plan; `digest` where its value is not for files. */
export type ExpectedFact = { value: unknown } | { digest: string } | { unreadable: string }
export type ExpectedFacts = Readonly<Record<string, ExpectedFact>>

/** What is kept of a host's facts. Values that hold the content of private files, or a secret, are kept as a digest alone. */
export function keepFacts(results: FactResults, secrets: Redactor): Record<string, ExpectedFact> {
  return Object.fromEntries(
    [...results].map(([key, result]): [string, ExpectedFact] => {
      if (!result.ok) return [key, { unreadable: result.reason }]
      const asJson: unknown = JSON.parse(JSON.stringify(result.value ?? null))
      const isPlain = isDeepStrictEqual(asJson, plainValue(result.value))
      const isKept = isPlain && !secrets.occursIn(JSON.stringify(asJson))
      return [key, isKept ? { value: asJson } : { digest: result.seen ?? '' }]
    }),
  )
}

/** The facts for planning again; null where some are kept as a digest only. */
export function expectedResults(facts: ExpectedFacts): FactResults | null {
  const entries = Object.entries(facts)
  if (entries.some(([, fact]) => 'digest' in fact)) return null
  return new Map(
    entries.map(([key, fact]) => [
      key,
      'value' in fact
        ? { ok: true as const, value: fact.value }
        : { ok: false as const, reason: 'unreadable' in fact ? fact.unreadable : '', hint: '' },
    ]),
  )
}

/** Throws HostError `stale` where the host is not as it was when the plan was made; names what moved. */
export function holdAgainst(expected: ExpectedFacts, facts: ReadonlyMap<string, Fact>, results: FactResults): void {
  const moved = [...results].flatMap(([key, now]) => {
    const then = expected[key]
    if (then === undefined) return [key]
    if ('digest' in then) return now.seen === then.digest ? [] : [key]
    if (!now.ok || !('value' in then)) return now.ok === 'value' in then ? [] : [key]
    const steady = facts.get(key)?.steady ?? ((value: unknown) => value)
    return isDeepStrictEqual(plainValue(steady(now.value)), plainValue(steady(then.value))) ? [] : [key]
  })
  if (moved.length === 0) return
  throw new HostError('failed', 'stale', `nothing was changed: since the plan was saved, ${moved.join(', ')} changed`, {
    hint: 'make the plan anew, and look at it',
  })
}
