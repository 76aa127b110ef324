/** Regular expressions as Python's re reads them, for JavaScript's. */

/** What is written differently. Other letters behind a backslash mean the same in both, or nothing in either. */
const REWRITTEN: Readonly<Record<string, string>> = { '\\A': '^', '\\Z': '$(?![^])', '(?P<': '(?<' }
const ESCAPES = /^\\(?:[^a-zA-Z]|[abBdDfnrsStvwWxu]$)/

/**
 * Anchored at the start, as `re.match` is. Leading flags `(?is)`, named groups and the anchors of Python are understood.
 * Throws SyntaxError for what is no regular expression.
 */
export function pythonRegex(pattern: string): RegExp {
  const [whole, flags = ''] = /^\(\?([aimsu]+)\)/.exec(pattern) ?? ['']
  const body = pattern
    .slice(whole.length)
    .replaceAll(/\\[^]|\(\?P<|\(\?P=(\w+)\)/g, (token, name: string | undefined) => {
      if (name !== undefined) return String.raw`\k<${name}>`
      const rewritten = REWRITTEN[token]
      if (rewritten === undefined && token.startsWith('\\') && !ESCAPES.test(token))
        throw new SyntaxError(`bad escape ${token}`)
      return token === String.raw`\a` ? String.raw`\x07` : (rewritten ?? token)
    })
  return new RegExp(`^(?:${body})`, [...new Set(flags.replaceAll(/[au]/g, ''))].join(''))
}
