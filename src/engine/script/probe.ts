/** One script for all facts of a host, and the values back out of what it printed. */
import { createHash } from 'node:crypto'
import type { Fact } from '../../model/fact.ts'
import { FactUnreadable } from '../../model/fact.ts'
import type { ScriptPart } from '../../transport/types.ts'
import type { Section } from './frame.ts'
import { frameScript, section } from './frame.ts'

/**
 * A fact that was asked for: its value, or why it could not be read. `seen`: a digest of what the host printed, to tell
 * later whether it prints something else.
 */
export type FactResult = ({ ok: true; value: unknown } | { ok: false; reason: string; hint: string }) & {
  seen?: string
}
export type FactResults = Map<string, FactResult>

/** Shell text that reads all facts; `before` runs first (waiting for addresses, for a script that is still at work). */
export function probeScript(nonce: string, facts: readonly Fact[], before: readonly ScriptPart[] = []): ScriptPart[] {
  const body = facts.flatMap((fact, index) => section(`f${index}`, [fact.probe]))
  return frameScript(nonce, [...before, ...body])
}

/** Parses what a script printed of facts; one that is missing from it or does not parse is unreadable, never guessed. */
export function readFacts(facts: readonly Fact[], sections: ReadonlyMap<string, Section>): FactResults {
  return new Map(
    facts.map((fact, index): [string, FactResult] => [fact.key, readFact(fact, sections.get(`f${index}`))]),
  )
}

function readFact(fact: Fact, part: Section | undefined): FactResult {
  if (part === undefined || part.rc === null)
    return { ok: false, reason: 'the probe did not come to its end', hint: '' }
  const printed = `${part.rc} ${part.stderr}\0${part.stdout}`
  const known = lately.get(fact)?.get(printed)
  return known ?? remember(fact, printed, parseFact(fact, { ...part, rc: part.rc }))
}

/**
 * What facts were read from lately. Hosts of a fleet print much the same, and one host the same again under the lock and
 * after a change; what was read of it once is shared, and never changed.
 */
const lately = new WeakMap<Fact, Map<string, FactResult>>()
/** Per fact, so that memory does not grow with the fleet. */
const MOST_REMEMBERED = 16

function remember(fact: Fact, printed: string, result: FactResult): FactResult {
  const known = lately.get(fact) ?? new Map<string, FactResult>()
  lately.set(fact, known)
  if (known.size === MOST_REMEMBERED) known.delete(known.keys().next().value!)
  known.set(printed, result)
  return result
}

function parseFact(fact: Fact, part: Section & { rc: number }): FactResult {
  const seen = digest(part.stdout)
  try {
    return { ok: true, value: fact.parse({ stdout: withoutNul(part.stdout), stderr: part.stderr, rc: part.rc }), seen }
  } catch (error) {
    if (!(error instanceof FactUnreadable)) throw error
    return { ok: false, reason: error.message, hint: error.hint, seen }
  }
}

/** What a fact holds may become a word of a command, which cannot hold a NUL. */
function withoutNul(stdout: string): string {
  return stdout.replaceAll('\0', '\uFFFD')
}

/** Of a probe's output; two that are equal came from equal outputs. */
export function digest(stdout: string): string {
  return createHash('sha1').update(stdout, 'utf8').digest('base64')
}
