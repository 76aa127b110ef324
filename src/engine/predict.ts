/** Predicted facts: gathered values with the changes of earlier tasks on top, copied on write, never written back. */
import type { Change } from '../model/change.ts'
import { UNKNOWN } from '../model/change.ts'
import type { Fact } from '../model/fact.ts'
import type { FactResult, FactResults } from './script/probe.ts'

/** One host's facts as a task will find them. `facts` are the definitions that were gathered, by key. */
export interface Predicted {
  readonly facts: ReadonlyMap<string, Fact>
  readonly values: FactResults
}

export function startPrediction(facts: ReadonlyMap<string, Fact>, gathered: FactResults): Predicted {
  return { facts, values: new Map(gathered) }
}

/** Takes a change and its effects into the prediction. Things that no task of the play reads are left out. */
export function applyPrediction(predicted: Predicted, change: Change): void {
  setPath(predicted, change.fact, change.after)
  for (const [path, value] of Object.entries(change.effects ?? {})) setPath(predicted, path, value)
}

/** The value of a fact at its place in the order: readable, UNKNOWN, or unreadable with the reason. */
export function readPredicted(predicted: Predicted, key: string): FactResult | typeof UNKNOWN {
  const result = predicted.values.get(key)
  if (result === undefined) return { ok: false, reason: 'it was not gathered', hint: '' }
  return result.ok && holdsUnknown(result.value) ? UNKNOWN : result
}

function setPath(predicted: Predicted, path: string, after: unknown): void {
  for (const { key, follow } of predicted.facts.values()) {
    const value = follow?.(path, after)
    if (value !== undefined) predicted.values.set(key, { ok: true, value })
  }
  const fact = owner(predicted.facts, path)
  if (fact === null) return
  const old = predicted.values.get(fact.key)
  const rest = path.slice(fact.key.length + 1)
  if (rest === '' || (old?.ok === true && old.value !== UNKNOWN)) {
    const value = putAt(fact, rest, old?.ok === true ? old.value : null, after)
    predicted.values.set(fact.key, { ok: true, value })
  }
}

/** The fact's value with what lies at `rest` (empty: all of it) set to `after`; null: absent. */
export function putAt(fact: Fact, rest: string, value: unknown, after: unknown): unknown {
  if (rest === '') return after
  return fact.set === undefined ? setEntry(value, rest, after) : fact.set(value, rest, after)
}

/** The fact whose key is the path, or the longest that the path lies below. */
function owner(facts: ReadonlyMap<string, Fact>, path: string): Fact | null {
  let best: Fact | null = null
  for (const fact of facts.values()) {
    const matches = path === fact.key || path.startsWith(`${fact.key}/`)
    if (matches && (best === null || fact.key.length > best.key.length)) best = fact
  }
  return best
}

function setEntry(record: unknown, name: string, after: unknown): unknown {
  const copy: Record<string, unknown> = { ...(record as Record<string, unknown>) }
  if (after === null) delete copy[name]
  else copy[name] = after
  return copy
}

function holdsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(holdsUnknown)
}
