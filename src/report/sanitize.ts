/** Text from hosts made safe to print: nothing in it can move a cursor, colour a line or fake another one. */

const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u00ad\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/g

/**
 * Replaces control and direction characters by their escapes (`\x1b`, `\u202e`); tabs become spaces. Line ends are
 * kept only with `lines`, else they too are escaped, so that the result stays on its line.
 */
export function sanitize(text: string, options: { lines?: boolean } = {}): string {
  return text.replaceAll(UNSAFE, (character) => {
    if (character === '\t') return '  '
    if (character === '\n') return options.lines === true ? '\n' : String.raw`\n`
    const code = character.codePointAt(0) ?? 0
    return code > 0xff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\x${code.toString(16).padStart(2, '0')}`
  })
}

/** The same for JSON text, where an escape keeps the value: what JSON.stringify leaves raw becomes `\u009b`. */
export function sanitizeJson(json: string): string {
  return json.replaceAll(UNSAFE, (character) =>
    character === '\n' ? character : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}
