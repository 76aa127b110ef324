/** JSON as Python writes and reads it. */

interface Layout {
  indent: number | null
  sort: boolean
  ascii: boolean
}

/** With blanks after colons and commas, in one line unless an indent is given. */
export function jsonText(value: unknown, layout: Layout, depth = 0): string {
  if (typeof value === 'string') return jsonString(value, layout.ascii)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : nonFinite(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const isList = Array.isArray(value)
  const entries = Object.entries(value)
  if (layout.sort && !isList) entries.sort(([a], [b]) => (a < b ? -1 : 1))
  const parts = entries.map(
    ([key, item]) => `${isList ? '' : `${jsonString(key, layout.ascii)}: `}${jsonText(item, layout, depth + 1)}`,
  )
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  if (parts.length === 0 || layout.indent === null) return `${open}${parts.join(', ')}${close}`
  const margin = `\n${' '.repeat(layout.indent * (depth + 1))}`
  return `${open}${margin}${parts.join(`,${margin}`)}\n${' '.repeat(layout.indent * depth)}${close}`
}

function jsonString(value: string, ascii: boolean): string {
  const text = JSON.stringify(value)
  if (!ascii) return text
  return text.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function nonFinite(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}

/** Throws where the text is no JSON. */
export function readJson(value: string): unknown {
  try {
    return JSON.parse(value) as unknown
  } catch (error) {
    const words: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity }
    const word = words[value.trim()]
    if (word !== undefined) return word
    // The engine's words quote pieces of the text, which may be pieces of a secret.
    throw new TypeError('no JSON', { cause: error })
  }
}
