import type { Fact, ProbeOutput } from '../model/fact.ts'

/** Gives a fact its type; see CONTRIBUTING.md for how to add one. */
export function defineFact<T>(fact: Fact<T>): Fact<T> {
  return fact
}

/** The values of a set of facts, by the names under which a module asked for them. */
export type Have<F extends Record<string, Fact<any>>> = { [K in keyof F]: F[K] extends Fact<infer T> ? T : never }

export type { Fact, ProbeOutput }
