/** What stands in files that are encrypted as a whole: it is for templates to use, and for nobody to see. */
import type { Variables } from './draft.ts'

/** Shorter ones are words such as `on` and `tcp`, which hide nothing and stand everywhere. */
const SHORTEST = 4

/**
 * Every text among the values of variables that come from `encrypted` files, with its variable's name. Connection
 * variables are none of them: addresses and users are shown wherever a host is; passwords are secrets anyway.
 */
export function confidentialTexts(
  hosts: Iterable<Variables>,
  encrypted: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  if (encrypted.size === 0) return found
  const seen = new Set<unknown>()
  for (const vars of hosts) {
    for (const [name, variable] of vars) {
      if (seen.has(variable) || name.startsWith('ansible_') || !encrypted.has(variable.source?.file ?? '')) continue
      seen.add(variable)
      collect(variable.value, name, found)
    }
  }
  return found
}

function collect(value: unknown, name: string, into: Map<string, string>): void {
  if (typeof value === 'string') {
    if (value.length >= SHORTEST && !/\{[{%#]/.test(value)) into.set(value, name)
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, name, into)
  } else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) collect(item, name, into)
  }
}
