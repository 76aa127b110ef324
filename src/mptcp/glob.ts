/** Patterns of glob(3) over names whose parts are separated by dots, matched in steps that cannot explode. */

/** What one place of a pattern takes: a character, or `*`. */
type Token = '*' | ((unit: string) => boolean)

const TOKENS = /\[(!?)((?:\]|)[^\]]*)\]|[^]/g

/** As glob(3) matches paths: `*`, `?` and `[…]` stop at a separator, which is the dot here. */
export function globMatches(pattern: string, name: string): boolean {
  const tokens = [...pattern.matchAll(TOKENS)].map(([token, not, set]) => tokenOf(token, not === '!', set))
  let at = 0
  let next = 0
  /** Where to go on when what follows the last star does not fit: the star takes one character more. */
  let star: { next: number; at: number } | null = null
  while (at < name.length || next < tokens.length) {
    const token = tokens[next]
    if (token === '*') {
      star = { next: ++next, at }
    } else if (token !== undefined && at < name.length && token(name[at]!)) {
      next++
      at++
    } else {
      if (star === null || star.at >= name.length || name[star.at] === '.') return false
      // An earlier star need not be tried again: this one ends at the same dot wherever it starts.
      star.at++
      at = star.at
      next = star.next
    }
  }
  return true
}

function tokenOf(token: string, isNegated: boolean, set: string | undefined): Token {
  if (token === '*') return '*'
  if (token === '?') return (unit) => unit !== '.'
  if (set === undefined) return (unit) => unit === token
  const ranges = [...set.matchAll(/([^])-([^])|([^])/g)].map(([, from, to, single]) => {
    return { from: from ?? single!, to: to ?? single! }
  })
  return (unit) => unit !== '.' && ranges.some(({ from, to }) => from <= unit && unit <= to) !== isNegated
}
