/** The hash that a report states of itself: HTML reports do. */

/** `actual`: that of the data as they are now; null where the format has none. */
export type OwnHash = { stated: string; actual: string } | null

/** What knows the formats; each gives null for what is not its own. */
const READERS: readonly ((text: string) => OwnHash)[] = []

export function ownHash(bytes: Buffer): OwnHash {
  for (const read of READERS) {
    const found = read(bytes.toString('utf8'))
    if (found !== null) return found
  }
  return null
}
