/** Values of facts as they may be shown and stored: JSON-like, without secrets and without the content of private files. */
import { createHash } from 'node:crypto'
import { UNKNOWN } from './change.ts'
import { Secret } from './secret.ts'

/** How UNKNOWN reads in reports. */
export const KNOWN_AFTER_APPLY = 'known after apply'

/**
 * A copy that JSON can hold. UNKNOWN becomes `known after apply`, secrets `[secret]`, undefined null; the `content` of
 * a file with mode 0600 or stricter becomes its `sha256`.
 */
export function plainValue(value: unknown): unknown {
  if (value === UNKNOWN) return KNOWN_AFTER_APPLY
  if (value === undefined || value === null) return null
  if (value instanceof Secret) return '[secret]'
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value)
  if (typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(plainValue)
  const entries = value instanceof Map ? [...value].map(([key, item]) => [String(key), item]) : Object.entries(value)
  const plain: Record<string, unknown> = {}
  for (const [key, item] of entries as [string, unknown][]) {
    if (key === 'content' && isPrivateFile(value)) plain['sha256'] = sha256(item)
    else plain[key] = plainValue(item)
  }
  return plain
}

/** Whether the value is a file that only its owner may read. */
function isPrivateFile(value: object): boolean {
  const mode = (value as { mode?: unknown }).mode
  return typeof mode === 'string' && /^[0-7]{3,5}$/.test(mode) && (Number.parseInt(mode, 8) & 0o077) === 0
}

function sha256(content: unknown): unknown {
  return typeof content === 'string' ? createHash('sha256').update(content, 'utf8').digest('hex') : plainValue(content)
}
