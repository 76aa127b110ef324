/** Globs as Python's fnmatch reads them: `*`, `?`, `[a-c]`, `[!a-c]`; nothing escapes them. */

/** Matches whole names, upper and lower case told apart. No glob takes more than a moment, however many stars it has. */
export function globRegex(glob: string): RegExp {
  const pieces = glob.match(/\*+|\[(?:![^]|[^!])[^\]]*\]|[^]/gu) ?? []
  const segments = [['']]
  for (const piece of pieces) {
    if (piece.startsWith('*')) segments.push([])
    else segments.at(-1)!.push(translate(piece))
  }
  const [head = '', ...rest] = segments.map((segment) => segment.join(''))
  const last = rest.pop()
  // What a star matched is not tried again (an atomic group): many stars would take for ever otherwise.
  const middle = rest.map((segment, index) => `(?=(.*?${segment}))\\${index + 1}`)
  return new RegExp(`^${head}${middle.join('')}${last === undefined ? '' : `.*${last}`}$`, 'su')
}

function translate(piece: string): string {
  if (piece === '?') return '.'
  if (piece.startsWith('[') && piece !== '[') return characterClass(piece.slice(1, -1))
  return piece.replace(/[\\^$.+()[\]{}|/]/u, String.raw`\$&`)
}

/** Ranges and single characters; a range that runs backwards holds nothing. */
function characterClass(body: string): string {
  const isNegated = body.startsWith('!')
  const parts: string[] = []
  for (const [, from = '', to = '', single] of (isNegated ? body.slice(1) : body).matchAll(/([^])-([^])|([^])/gu)) {
    if (single !== undefined) parts.push(escapeInClass(single))
    else if (from <= to) parts.push(`${escapeInClass(from)}-${escapeInClass(to)}`)
  }
  if (parts.length === 0) return isNegated ? '.' : '(?!)'
  return `[${isNegated ? '^' : ''}${parts.join('')}]`
}

function escapeInClass(char: string): string {
  return char.replace(/[\\\]^[-]/u, String.raw`\$&`)
}
