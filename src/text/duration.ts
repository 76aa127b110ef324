/** Times as people write them: `60s`, `2m`, `1h`, or a number of seconds. */

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600 }

/** Seconds, null for `off`, or undefined where the text is neither. */
export function readGuardTime(value: unknown): number | null | undefined {
  if (value === false) return null
  const text = String(value).trim().toLowerCase()
  if (['off', 'no', 'false'].includes(text)) return null
  const [, count = '', unit = ''] = /^(\d+)\s*([smh]?)$/.exec(text) ?? []
  const seconds = Number(count) * (UNITS[unit] ?? 0)
  return count === '' || seconds < GUARD_LEAST || seconds > GUARD_MOST ? undefined : seconds
}

/** Shorter than a new connection takes, a guard would undo everything. In seconds. */
const GUARD_LEAST = 1
/** Longer, a host that is cut off is no longer looked for. In seconds. */
const GUARD_MOST = 3600

/** What such a value may be, for messages. */
export const GUARD_TIMES = 'a time from 1s to 1h such as 60s or 2m, or off'

const AGE_UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 }

/** Seconds of an age such as `30d`; null where the text is none. */
export function readAge(text: string): number | null {
  const [, count = '', unit = ''] = /^(\d{1,6})\s*([mhdw])$/.exec(text.trim()) ?? []
  return count === '' ? null : Number(count) * AGE_UNITS[unit]!
}

/** What such an age may be, for messages. */
export const AGES = 'an age such as 90m, 12h, 30d or 8w'
