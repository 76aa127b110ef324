/** Python's textwrap for one line, as Jinja's `wordwrap` calls it. */

const HYPHENS = /\s+|[^\s-]*[\w]-(?=\w*[A-Za-z])|[^\s-]+(?:-(?![A-Za-z])[^\s-]*)*-*|-+/g

/** Lines of at most `width` columns. */
export function wrapText(line: string, width: number, breakLong: boolean, breakHyphens: boolean): string[] {
  if (width <= 0) throw new TypeError('the width must be above 0')
  const chunks = (line.match(breakHyphens ? HYPHENS : /\s+|\S+/g) ?? []) as string[]
  const wrapped: string[] = []
  while (chunks.length > 0) {
    let current = ''
    if (wrapped.length > 0 && chunks[0]!.trim() === '') chunks.shift()
    while (chunks.length > 0 && current.length + chunks[0]!.length <= width) current += chunks.shift()!
    const next = chunks[0]
    if (next !== undefined && next.length > width) {
      const space = Math.max(1, width - current.length)
      if (breakLong) {
        current += next.slice(0, space)
        chunks[0] = next.slice(space)
      } else if (current === '') current = chunks.shift()!
    }
    if (current.trimEnd() !== '') wrapped.push(current.trimEnd())
  }
  return wrapped
}
