/** The tree of compartments of a tenancy, asked for as far as it is needed, and nothing twice. */
import type { Attempts } from './attempts.ts'
import type { Calls } from './calls.ts'
import type { Resource } from './resource.ts'
import { idOf, text } from './resource.ts'

/** What is left out, by OCID; true: with all that is below it. */
export type Excluded = ReadonlyMap<string, boolean>

/** Both reject with CallError where a compartment itself cannot be read; what cannot be looked into is a failed attempt. */
export interface CompartmentTree {
  compartment: (id: string) => Promise<Resource>
  /** Those directly below, in use. */
  children: (id: string) => Promise<Resource[]>
  /** A compartment and, where `deep`, all below it, less what is excluded. */
  below: (start: string, deep: boolean, excluded: Excluded) => Promise<Resource[]>
}

export function newCompartmentTree(calls: Calls, attempts: Attempts): CompartmentTree {
  const compartment = once(calls.compartment)
  const children = once(async (id: string) => {
    const found = await attempts.read({ kind: 'compartment', region: null, name: id }, () => calls.compartmentsIn(id))
    return (found ?? []).filter((each) => text(each, 'lifecycle_state') === 'ACTIVE')
  })
  const below: CompartmentTree['below'] = async (start, deep, excluded) => {
    if (excluded.get(start) === true) return []
    const found = new Map<string, Resource>()
    let level = [await compartment(start)]
    while (level.length > 0) {
      const fresh = level.filter((each) => !found.has(idOf(each)))
      for (const each of fresh) found.set(idOf(each), each)
      const next = deep ? await Promise.all(fresh.map((each) => children(idOf(each)))) : []
      level = next.flat().filter((each) => excluded.get(idOf(each)) !== true)
    }
    return [...found.values()].filter((each) => !excluded.has(idOf(each)))
  }
  return { compartment, children, below }
}

function once<T>(call: (id: string) => Promise<T>): (id: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>()
  return (id) => {
    const known = asked.get(id) ?? call(id)
    asked.set(id, known)
    return known
  }
}
