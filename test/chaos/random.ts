/** Choices that a seed decides: the same number, the same choices. */

export interface Choices {
  /** At least 0, below 1. */
  next: () => number
  /** A whole number, both ends included. */
  between: (least: number, most: number) => number
  pick: <T>(values: readonly T[]) => T
  /** True in `share` of all cases. */
  chance: (share: number) => boolean
}

/** The generator mulberry32, which is in the public domain. */
export function choicesOf(seed: number): Choices {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    between,
    pick: (values) => values[between(0, values.length - 1)]!,
    chance: (share) => next() < share,
  }
}
