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

const HOUR = 3_600_000
const AGES: Readonly<Record<string, number>> = { h: HOUR, d: 24 * HOUR, w: 7 * 24 * HOUR }

/** Milliseconds of `12h`, `90d` or `8w`, or undefined where the text is none of these. */
export function readAge(text: string): number | undefined {
  const [, count = '', unit = ''] = /^(\d{1,6})([hdw])$/.exec(text.trim().toLowerCase()) ?? []
  return count === '' ? undefined : Number(count) * AGES[unit]!
}
