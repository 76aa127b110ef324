/** How reports call the hosts that an audit looked at, and by which audits of the same hosts are found again. */
import { createHash } from 'node:crypto'

/** Longest limit that is told word for word. */
const LONGEST = 120

/** The pattern, and what --limit left of it: its words, or of a long one (`@FILE` is its lines) their number and a hash. */
export function auditedPattern({ pattern, limit }: { pattern: string; limit: string | null }): string {
  if (limit === null) return pattern
  const words = limit.split('\n').filter((word) => word !== '')
  const text = words.join(',')
  if (text.length <= LONGEST) return `${pattern}, limited to ${text}`
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8)
  return `${pattern}, limited to ${words.length} patterns (${hash})`
}
