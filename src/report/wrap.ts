/** Breaking lines at words. */
import { displayWidth } from './width.ts'

/**
 * Wraps to `width` columns. The first line starts with `first`, the others with `rest`; words that are longer than a
 * line stand alone on theirs. Line ends in the text and blanks at the start of a line are kept.
 */
export function wrap(text: string, width: number, first = '', rest = first): string {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    // At most half of the line: an indent stands before each of them.
    const indent = /^ */.exec(paragraph)![0].slice(0, Math.max(0, Math.floor(width / 2)))
    let line = (lines.length === 0 ? first : rest) + indent
    let empty = true
    for (const word of paragraph.split(' ').filter((part) => part !== '')) {
      if (!empty && displayWidth(line) + 1 + displayWidth(word) > width) {
        lines.push(line)
        line = rest + indent
        empty = true
      }
      line += empty ? word : ` ${word}`
      empty = false
    }
    lines.push(line.trimEnd())
  }
  return lines.join('\n')
}

/** `1 change`, `3 changes`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}
