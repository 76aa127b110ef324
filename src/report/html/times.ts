/** Times as a page shows them: in UTC, to the second, and how long one lies before another. */

/** `2026-01-02 03:04:05 UTC` of ISO 8601; another text stays as it is. */
export function shownTime(at: string): string {
  return at.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, '$1 $2 UTC')
}

/** `3 days before`, in the largest whole unit; empty where a time is none or not before the other. */
export function timeBefore(at: string, then: string): string {
  const minutes = Math.floor((Date.parse(then) - Date.parse(at)) / 60_000)
  if (!(minutes >= 0)) return ''
  const units: [number, string][] = [
    [24 * 60, 'day'],
    [60, 'hour'],
    [1, 'minute'],
  ]
  for (const [size, unit] of units) {
    const number = Math.floor(minutes / size)
    if (number > 0) return `${number} ${unit}${number === 1 ? '' : 's'} before`
  }
  return 'less than a minute before'
}
