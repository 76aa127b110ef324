/** What made a report, as one line of text. Sanitized. */
import type { Generator } from '../model/generator.ts'
import { sanitize } from './sanitize.ts'

/** `mptcp-fleet 1.2.3, by ops@laptop (a claim)`. */
export function madeBy({ name, version, account }: Generator): string {
  return sanitize(`${name} ${version}, by ${account} (a claim)`)
}
