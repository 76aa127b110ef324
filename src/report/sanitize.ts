/** Text from hosts made safe to print: nothing in it can move a cursor, colour a line or fake another one. */

// Control, format (direction, zero width), line separators, and halves of surrogate pairs.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/**
 * Replaces control and direction characters by their escapes (`\x1b`, `\u{202e}`); tabs become spaces. Line ends are
 * kept only with `lines`, else they too are escaped, so that the result stays on its line.
 */
export function sanitize(text: string, options: { lines?: boolean } = {}): string {
  return text.replaceAll(UNSAFE, (character) => {
    if (character === '\t') return '  '
    if (character === '\n') return options.lines === true ? '\n' : String.raw`\n`
    const code = character.codePointAt(0) ?? 0
    return code > 0xff ? `\\u{${code.toString(16)}}` : `\\x${code.toString(16).padStart(2, '0')}`
  })
}

/** The same for one line in a format that knows no markup: a `<` that could begin a tag is shown as `\x3c`. */
export function sanitizeTags(text: string): string {
  return sanitize(text).replaceAll(/<(?=[a-z/!?])/gi, String.raw`\x3c`)
}

/** As `sanitize`, for JSON text, where an escape keeps the value: what JSON.stringify leaves raw becomes `\u009b`. */
export function sanitizeJson(json: string): string {
  return json.replaceAll(UNSAFE, (character) => (character === '\n' ? character : escapeUnits(character)))
}

/** JSON knows escapes of UTF-16 units only. */
function escapeUnits(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
