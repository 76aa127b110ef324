/** Words and numbers that Ansible takes for yes and no, wherever it expects one of them. */

const YES = new Set(['yes', 'on', '1', 'true', 't', 'y'])
const NO = new Set(['no', 'off', '0', 'false', 'f', 'n'])

/** A boolean, its word in any case, 1 or 0; null for anything else. */
export function readBoolean(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value
  const word = typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : ''
  if (YES.has(word)) return true
  return NO.has(word) ? false : null
}
