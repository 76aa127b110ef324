/** One script for all facts of a host, and the values back out of what it printed. */
import type { Fact } from '../../model/fact.ts'
import { FactUnreadable } from '../../model/fact.ts'
import type { ScriptPart } from '../../transport/types.ts'
import { frameScript, parseSections, section } from './frame.ts'

/** A fact that was asked for: its value, or why it could not be read. */
export type FactResult = { ok: true; value: unknown } | { ok: false; reason: string; hint: string }
export type FactResults = Map<string, FactResult>

/** Shell text that reads all facts; `before` runs first (waiting for addresses, removing a finished run's record). */
export function probeScript(nonce: string, facts: readonly Fact[], before: readonly string[] = []): ScriptPart[] {
  const body = facts.flatMap((fact, index) => [...section(index, [fact.probe]), `m ${index} $r\n`])
  return frameScript(nonce, [...before.map((line) => `${line}\n`), ...body])
}

/** Parses what a probe script printed; a fact that is missing from it or does not parse is unreadable, never guessed. */
export function parseProbe(nonce: string, facts: readonly Fact[], stdout: string, stderr: string): FactResults {
  const sections = parseSections(nonce, stdout, stderr)
  return new Map(
    facts.map((fact, index): [string, FactResult] => {
      const part = sections.get(index)
      if (part === undefined || part.rc === null) {
        return [fact.key, { ok: false, reason: 'the probe did not come to its end', hint: '' }]
      }
      try {
        return [fact.key, { ok: true, value: fact.parse({ stdout: part.stdout, stderr: part.stderr, rc: part.rc }) }]
      } catch (error) {
        if (!(error instanceof FactUnreadable)) throw error
        return [fact.key, { ok: false, reason: error.message, hint: error.hint }]
      }
    }),
  )
}
