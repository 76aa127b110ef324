/** A row of numbers as a small picture in one line: blocks, or digits from 0 to 9 where a terminal shows ASCII alone. */

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']

export interface Scale {
  least: number
  most: number
}

/** The scale that fits all of these; null where there are none. */
export function scaleOf(rows: readonly (readonly (number | null)[])[]): Scale | null {
  let [least, most] = [Infinity, -Infinity]
  for (const row of rows) {
    for (const value of row) {
      if (value === null) continue
      least = Math.min(least, value)
      most = Math.max(most, value)
    }
  }
  return most < least ? null : { least, most }
}

/** A blank where there is no value. More values than `width` are told by the last of each stretch. */
export function sparkLine(
  values: readonly (number | null)[],
  { least, most }: Scale,
  width: number,
  utf8: boolean,
): string {
  const steps = utf8 ? BLOCKS : DIGITS
  const columns = Math.min(width, values.length)
  const shown = Array.from({ length: columns }, (_, column) => {
    const value = values[Math.ceil(((column + 1) * values.length) / columns) - 1] ?? null
    if (value === null) return ' '
    const share = most === least ? 1 : (value - least) / (most - least)
    return steps[Math.min(steps.length - 1, Math.floor(share * steps.length))]!
  })
  return shown.join('')
}
