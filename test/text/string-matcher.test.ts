import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Span } from '../../src/text/string-matcher.ts'
import { createMatcher } from '../../src/text/string-matcher.ts'

/** Few letters, so that needles overlap, repeat, and are parts of each other. */
const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\uD834'), maxLength: 40 })
const needles = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\uD834'), maxLength: 6 }), { maxLength: 6 })

/** By trying every needle at every place. */
function naive(text: string, words: readonly string[]): Span[] {
  const found: Span[] = []
  for (let end = 1; end <= text.length; end++) {
    const lengths = words.filter((word) => word !== '' && text.slice(0, end).endsWith(word)).map((word) => word.length)
    if (lengths.length > 0) found.push({ start: end - Math.max(...lengths), end })
  }
  return found
}

describe('the matcher', () => {
  it('finds at every place the longest needle that ends there, however the text was cut', () => {
    fc.assert(
      fc.property(letters, needles, fc.array(fc.nat(40), { maxLength: 4 }), (text, words, cuts) => {
        const scan = createMatcher(words)()
        const found: Span[] = []
        const at = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length]
        for (const [i, end] of at.slice(1).entries()) scan.feed(text.slice(at[i], end), (match) => found.push(match))
        expect(found).toEqual(naive(text, words))
      }),
      { numRuns: 500 },
    )
  })

  it('knows how much of the end is the beginning of a longer needle', () => {
    fc.assert(
      fc.property(letters, needles, (text, words) => {
        const scan = createMatcher(words)()
        scan.feed(text, () => {})
        const ends = Array.from({ length: text.length + 1 }, (_, length) => text.slice(text.length - length))
        const longest = ends.findLast((end) => words.some((word) => word.startsWith(end) && word !== end))?.length ?? 0
        expect(scan.open()).toBe(longest)
      }),
      { numRuns: 500 },
    )
  })
})
