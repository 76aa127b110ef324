/** Whether a value has the shape that an example shows: the same keys and types, whatever they hold. */

/**
 * What differs, each with its path. `maps` are the paths (`nm/devices`) whose keys are names of the host, so that any
 * may be there; elsewhere a key that only some of the example's entries have may be missing.
 */
export function shapeDifferences(path: string, example: unknown, found: unknown, maps: ReadonlySet<string>): string[] {
  return differences(path, [example], found, maps)
}

/** `shown`: all values that the example has at this path. */
function differences(path: string, shown: readonly unknown[], found: unknown, maps: ReadonlySet<string>): string[] {
  if (found === null) return []
  const same = shown.filter((value) => kind(value) === kind(found))
  if (same.length === 0)
    return [`${path}: ${kind(found)}, in the example ${[...new Set(shown.map(kind))].join(' or ')}`]
  if (Array.isArray(found)) return inner(`${path}[]`, (same as unknown[][]).flat(), found, maps)
  if (typeof found !== 'object') return []
  const records = same as Record<string, unknown>[]
  if (maps.has(path)) return inner(`${path}/*`, records.flatMap(Object.values), Object.values(found), maps)
  const known = new Set(records.flatMap((record) => Object.keys(record)))
  const missing = [...known].filter((key) => !(key in found) && records.every((record) => key in record))
  return [
    ...missing.map((key) => `${path}/${key}: missing`),
    ...Object.entries(found).flatMap(([key, value]) => {
      if (!known.has(key)) return [`${path}/${key}: not in the example`]
      const values = records.flatMap((record) => (key in record ? [record[key]] : []))
      return differences(`${path}/${key}`, values, value, maps)
    }),
  ]
}

function inner(path: string, shown: unknown[], found: unknown[], maps: ReadonlySet<string>): string[] {
  if (shown.length === 0 && found.length > 0) return [`${path}: the example has none`]
  return [...new Set(found.flatMap((value) => differences(path, shown, value, maps)))]
}

function kind(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value
}
