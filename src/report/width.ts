/** Columns that text takes on a terminal: two for each wide character, none for a mark that stands over another one. */

/** Scripts and symbols whose characters are two columns wide (Unicode's East Asian Width W and F), and emoji. */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{17000}-\u{18AFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u
const NO_WIDTH = /[\p{Mn}\p{Me}]/u
const ONE_EACH = /^[\u0020-\u007E\u00A0-\u02FF]*$/

/** Of sanitized text without colours. */
export function displayWidth(text: string): number {
  if (ONE_EACH.test(text)) return text.length
  let width = 0
  for (const character of text) width += columnsOf(character)
  return width
}

/** Blanks are added until the text takes so many columns. */
export function padDisplay(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)))
}

/** The start of the text that fits into so many columns. */
export function cutDisplay(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text
  let kept = ''
  let width = 0
  for (const character of text) {
    width += columnsOf(character)
    if (width > columns) break
    kept += character
  }
  return kept
}

function columnsOf(character: string): number {
  if (WIDE.test(character)) return 2
  return NO_WIDTH.test(character) ? 0 : 1
}
