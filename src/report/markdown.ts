/** Pieces of Markdown (CommonMark with GitHub's tables) in which text stays text. */
import { sanitize, sanitizeTags } from './sanitize.ts'

/** What can begin markup, HTML, an entity, a link, a mention, a picture or a formula; a reference to a character cannot. */
const MARKUP = /[&<>`*_[\]\\|~#!$@^]|:(?=\S)|(?<=www)\./gi

/** Words of ours, of a profile or of a waiver, for the middle of a line. */
export function prose(text: string): string {
  return sanitize(text).replaceAll(MARKUP, (character) => `&#${character.charCodeAt(0)};`)
}

/**
 * Text that may be a host's, as code: no renderer looks for links, mentions or symbols there. A bar would end the cell of a
 * table, and renderers differ in how it is escaped: it is shown as `\x7c`.
 */
export function code(text: string): string {
  const shown = sanitizeTags(text).replaceAll('|', String.raw`\x7c`)
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  // One blank on each side is taken off again, unless there is nothing else.
  const isPlain = shown !== '' && !/^[ `]|[ `]$/.test(shown)
  return isPlain ? `${fence}${shown}${fence}` : `${fence} ${shown} ${fence}`
}

/** Cells are Markdown without line ends. Ends with a line end. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

/** A heading and what stands below it; nothing where that is empty. */
export function section(title: string, body: string): string {
  return body === '' ? '' : `\n## ${title}\n\n${body}`
}

/** The first of many as list items; of the others their number. */
export function capped<T>(items: readonly T[], most: number, render: (item: T) => string): string {
  const rest = items.length - most
  return `${items.slice(0, most).map(render).join('')}${rest > 0 ? `\nand ${rest} more\n` : ''}`
}
