/** Facts of one host that are other than an earlier audit saw them. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { ControlResult, Evidence } from '../../model/audit.ts'
import type { Drift } from '../../model/audit-since.ts'

/** `control`: whose evidence said so; `values`: what it said before and says no more. */
export type OpenDrift = Drift & { control: string; kind: Evidence['kind']; values: unknown[] }

/**
 * Each control is held against itself: of an endpoint one shows the flags, another the device, a third the owner.
 * `names`: of all hosts; evidence that bears one is of the other end of a pair, and told of there.
 */
export function drifts(
  host: string,
  then: readonly ControlResult[],
  results: readonly ControlResult[],
  names: ReadonlySet<string>,
  earlier: string,
): OpenDrift[] {
  const had = new Map(then.map(({ control, evidence }) => [control, evidence]))
  const found: OpenDrift[] = []
  for (const { control, evidence } of results) {
    const before = own(had.get(control) ?? [], names)
    const after = own(evidence, names)
    for (const { kind, fact } of after.filter((one, index) => isFirst(one, index, after))) {
      const values = without(before, after, kind, fact)
      const others = without(after, before, kind, fact)
      // A fact that one of them did not read has not drifted.
      if (values.length === 0 || others.length === 0) continue
      const drift = { host, control, kind, fact, values, before: said(values), after: said(others), lastSeen: earlier }
      if (!found.some((one) => isSameDrift(one, drift))) found.push(drift)
    }
  }
  return found
}

export function isSameFact(one: Pick<Evidence, 'kind' | 'fact'>, kind: Evidence['kind'], fact: string): boolean {
  return one.kind === kind && one.fact === fact
}

/** What is counted grows by itself. */
function own(evidence: readonly Evidence[], names: ReadonlySet<string>): Evidence[] {
  return evidence.filter(({ kind, where }) => kind !== 'traffic' && (where === undefined || !names.has(where)))
}

function isFirst({ kind, fact }: Evidence, index: number, all: readonly Evidence[]): boolean {
  return all.findIndex((one) => isSameFact(one, kind, fact)) === index
}

/** Values of a fact that are in the one and not in the other. */
function without(
  these: readonly Evidence[],
  those: readonly Evidence[],
  kind: Evidence['kind'],
  fact: string,
): unknown[] {
  const [all, others] = [these, those].map((list) => list.filter((one) => isSameFact(one, kind, fact)))
  return all!.flatMap(({ value }) => (others!.some((one) => isDeepStrictEqual(one.value, value)) ? [] : [value]))
}

function said(values: readonly unknown[]): unknown {
  return values.length === 1 ? values[0] : values
}

function isSameDrift(one: Drift, other: Drift): boolean {
  return (
    one.fact === other.fact && isDeepStrictEqual(one.before, other.before) && isDeepStrictEqual(one.after, other.after)
  )
}
