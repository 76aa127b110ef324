import type { Fact, ProbeOutput } from '../model/fact.ts'

/** A fact as the documentation shows it. */
export interface DocumentedFact<T = any> extends Fact<T> {
  /** What the probe printed on a real host, shortened where it is long. The tests parse it, `doc` shows what it becomes. */
  example: string
}

/** Gives a fact its type; see CONTRIBUTING.md for how to add one. */
export function defineFact<T>(fact: DocumentedFact<T>): DocumentedFact<T> {
  return fact
}

/** The values of a set of facts, by the names under which a module asked for them. */
export type Have<F extends Record<string, Fact<any>>> = { [K in keyof F]: F[K] extends Fact<infer T> ? T : never }

export type { Fact, ProbeOutput }
