/** Python's ways with texts, which filters and methods share. */

export function capitalize(value: string): string {
  return value.charAt(0).toUpperCase() + value.slice(1).toLowerCase()
}

/** At both ends, or one; blanks where no characters are named. */
export function strip(value: string, chars: string | null, ends: 'both' | 'left' | 'right' = 'both'): string {
  const goes = (char: string | undefined): boolean =>
    char !== undefined && (chars === null ? /\s/.test(char) : chars.includes(char))
  let [start, end] = [0, value.length]
  if (ends !== 'right') while (start < end && goes(value[start])) start++
  if (ends !== 'left') while (end > start && goes(value[end - 1])) end--
  return value.slice(start, end)
}

/** As str.splitlines. */
export function lines(value: string, keepEnds = false): string[] {
  const all = value.match(/[^\r\n\v\f\u0085\u2028\u2029]*(?:\r\n|[\r\n\v\f\u0085\u2028\u2029]|$)/g) ?? []
  const kept = all.slice(0, -1)
  return keepEnds ? kept : kept.map((line) => line.replace(/(?:\r\n|[\r\n\v\f\u0085\u2028\u2029])$/, ''))
}

/** As str.split: at blanks, or at a separator, at most so many times (below 0: at all). */
export function pythonSplit(value: string, separator: string | null, most: number): string[] {
  if (separator === '') throw new TypeError('the separator is empty')
  const limit = most < 0 ? Infinity : most
  if (separator !== null) {
    const parts = value.split(separator)
    return parts.length - 1 <= limit ? parts : [...parts.slice(0, limit), parts.slice(limit).join(separator)]
  }
  const found: string[] = []
  let rest = strip(value, null)
  while (rest !== '' && found.length < limit) {
    const [word = ''] = /^\S+/.exec(rest) ?? []
    found.push(word)
    rest = strip(rest.slice(word.length), null, 'left')
  }
  return rest === '' ? found : [...found, value.slice(value.lastIndexOf(rest)).replace(/^\s+/, '')]
}

function turn(text: string): string {
  return Array.from(text).toReversed().join('')
}

/** As str.rsplit. */
export function pythonRsplit(value: string, separator: string | null, most: number): string[] {
  return pythonSplit(turn(value), separator === null ? null : turn(separator), most)
    .map(turn)
    .toReversed()
}

/** As str.replace; all where the count is below 0. */
export function replaceText(value: string, old: string, by: string, count: number): string {
  if (count < 0) return value.replaceAll(old, () => by)
  const parts = value.split(old)
  if (old === '')
    return parts.map((char, i) => (i < count ? by + char : char)).join('') + (count > parts.length ? by : '')
  const [done, left] = [parts.slice(0, count + 1), parts.slice(count + 1)]
  return [done.join(by), ...left].join(old)
}
