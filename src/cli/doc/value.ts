/** Values as YAML, as short as they can be read: what fits in a line stands in one. */
import { stringify } from 'yaml'

/** Of a text of several lines, so many are shown. */
const SHOWN_LINES = 8

/** Lines of at most `width` columns where they can be; a text that is longer than its place is not broken. */
export function yamlLines(value: unknown, width: number): string[] {
  const flat = inline(value)
  return flat !== null && flat.length <= width ? [flat] : blockLines(value, width)
}

/** The first of many lines, and how many there are beside them. */
export function cut(lines: readonly string[], most: number): string[] {
  if (lines.length <= most) return [...lines]
  return [...lines.slice(0, most - 1), `… ${lines.length - most + 1} more lines`]
}

function blockLines(value: unknown, width: number): string[] {
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((item) =>
      indented(yamlLines(item, width - 2)).map((line, at) => (at === 0 ? `- ${line.slice(2)}` : line)),
    )
  }
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, inner]) => entryLines(inline(key) ?? key, inner, width))
  }
  return [inline(value) ?? stringify(value, { lineWidth: 0 }).trimEnd()]
}

function entryLines(key: string, value: unknown, width: number): string[] {
  if (typeof value === 'string' && value.includes('\n')) {
    return [`${key}: |`, ...indented(cut(value.trimEnd().split('\n'), SHOWN_LINES))]
  }
  const flat = inline(value)
  const isPlain = typeof value !== 'object' || value === null || Object.keys(value).length === 0
  const fits = flat !== null && (isPlain || key.length + 2 + flat.length <= width)
  return fits ? [`${key}: ${flat}`] : [`${key}:`, ...indented(blockLines(value, width - 2))]
}

/** In one line; null where a text in it has several. */
function inline(value: unknown): string | null {
  if (Array.isArray(value)) return joined(value.map(inline), '[', ']')
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]): [string | null, string | null] => [
      inline(key),
      inline(inner),
    ])
    const parts = entries.map(([key, inner]) => (key === null || inner === null ? null : `${key}: ${inner}`))
    return parts.length === 0 ? '{}' : joined(parts, '{ ', ' }')
  }
  // Quoted as a text in brackets must be.
  const text = stringify([value], { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trimEnd()
  return text.includes('\n') || (typeof value === 'string' && value.includes('\n')) ? null : text.slice(1, -1)
}

function joined(parts: readonly (string | null)[], open: string, close: string): string | null {
  return parts.includes(null) ? null : `${open}${parts.join(', ')}${close}`
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`))
}
