/** Records whose keys come from a host or a file. */

/** A record that has what was put into it and nothing else: not the names that objects have by themselves (`constructor`). */
export function namedRecord<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const record = Object.create(null) as Record<string, T>
  for (const [name, value] of entries) record[name] = value
  return record
}
