/** The end of long text. */

/**
 * At most `most` characters, beginning at a line: nothing is cut in two, so that what is looked for line by line (a secret
 * that must not be shown) is there whole or not at all. A last line that is too long by itself is only counted.
 */
export function tail(text: string, most: number): string {
  if (text.length <= most) return text
  const cut = text.slice(-most - 1)
  const line = cut.indexOf('\n')
  if (line === -1) return `… (a line of ${text.length - text.lastIndexOf('\n') - 1} characters)`
  return `…\n${cut.slice(line + 1)}`
}
