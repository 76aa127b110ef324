import type { z } from 'zod'
import type { Have } from '../facts/define.ts'
import type { Applied } from '../model/applied.ts'
import type { Evidence, PastTest, Remedy, Severity } from '../model/audit.ts'
import type { Fact } from '../model/fact.ts'

type FactMap = Record<string, Fact<any>>

/** What a control found on one host. */
export interface Verdict {
  status: 'pass' | 'fail' | 'not-applicable' | 'not-tested' | 'error'
  /** One sentence: what is so, or what is wrong. */
  reason: string
  evidence: Evidence[]
  remedy?: Remedy
}

/** What is known of a host before it is read. */
export interface Known {
  host: string
  /** ISO 8601 UTC. */
  now: string
  /** The pairs that it is in: of the profile (`named`), and of tests that are kept. */
  pairs: readonly { server: string; client: string; named?: true }[]
  /** The last test of each pair that it is in. */
  tests: readonly PastTest[]
  applied: Applied
}

/** The other end of a pair. `have` is null where it was not read, and `reason` then says why. */
export type Peer<H> = { name: string; part: 'server' | 'client' } & ({ have: H } | { have: null; reason: string })

/** What a control may look at beside the host's own facts. */
export interface Surroundings<H> extends Known {
  peers: readonly Peer<H>[]
}

/** One statement about a host that is true or not. */
export interface Control<P = any, F extends FactMap = any> {
  /** As in profiles and waivers; also the name of its file. */
  id: string
  /** What should be true, as a sentence without a full stop. */
  title: string
  /** Why it matters. */
  rationale: string
  severity: Severity
  /** Controls of NIST SP 800-53 revision 5. */
  nist: readonly string[]
  /** Where it comes from: the guide, the kernel's documentation, RFC 8684. */
  references: readonly string[]
  /** What a profile may set; strict, with defaults and descriptions. */
  params: z.ZodType<P>
  facts: (params: P, known: Known) => F
  /**
   * It holds the host against the other ends of its pairs, of which the same facts are read; a host without a pair never
   * comes to it.
   */
  pairwise?: true
  /** Pure. What could not be read never comes here. */
  check: (params: P, have: Have<F>, around: Surroundings<Have<F>>) => Verdict
}

/** Gives a control its types; see CONTRIBUTING.md for how to add one. */
export function defineControl<P, F extends FactMap>(control: Control<P, F>): Control<P, F> {
  return control
}

export function pass(reason: string, ...evidence: Evidence[]): Verdict {
  return { status: 'pass', reason, evidence }
}

/** `remedy`: null where no task of a playbook can help. */
export function fail(reason: string, remedy: Remedy | null, ...evidence: Evidence[]): Verdict {
  return { status: 'fail', reason, evidence, ...(remedy === null ? {} : { remedy }) }
}

export function notApplicable(reason: string, ...evidence: Evidence[]): Verdict {
  return { status: 'not-applicable', reason, evidence }
}

export function notTested(reason: string, ...evidence: Evidence[]): Verdict {
  return { status: 'not-tested', reason, evidence }
}

/** The evidence was read, and nothing can be told from it. */
export function unjudged(reason: string, ...evidence: Evidence[]): Verdict {
  return { status: 'error', reason, evidence }
}
