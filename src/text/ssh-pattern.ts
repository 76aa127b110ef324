/** OpenSSH's patterns, in ssh_config and known_hosts: `*`, `?`, comma lists and negation; see ssh_config(5), PATTERNS. */

/** Longer members of a list match nothing, and neither does their list. Source: match.c, match_pattern_list. */
const LONGEST_MEMBER = 1022

/** `*` and `?` only, in linear space and without regular expressions, whose backtracking a file could abuse. */
export function matchesPattern(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      resume = t
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/** Whether a comma list matches: one member does, and none that begins with `!`. Case counts. */
export function matchesPatternList(list: string, text: string): boolean {
  let matched = false
  for (const member of list.split(',')) {
    const negated = member.startsWith('!')
    const pattern = negated ? member.slice(1) : member
    if (pattern.length > LONGEST_MEMBER) return false
    // What follows the last comma of a list is no member.
    if (pattern === '' && !negated) continue
    if (!matchesPattern(pattern, text)) continue
    if (negated) return false
    matched = true
  }
  return matched
}

/** As matchesPatternList, in any case, as host names are compared. */
export function matchesHostList(list: string, host: string): boolean {
  return matchesPatternList(asciiLowerCase(list), asciiLowerCase(host))
}

/** OpenSSH folds no other letters than these. */
export function asciiLowerCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
