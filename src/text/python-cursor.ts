/** A place in the text of a Python literal, and what moves it. */

export interface Cursor {
  readonly text: string
  at: number
  /** What of the literal has no place in JSON: found here, told once all of it is known to be a literal. */
  foreign: string | null
}

/** Thrown where the text is no literal. */
export class NoLiteral extends Error {}

/** Notes a value that has no place in JSON; the first one is told. */
export function foreign(cursor: Cursor, what: string): null {
  cursor.foreign ??= what
  return null
}

/** Past blanks, and a comment, which ends the text. */
export function skipBlanks(cursor: Cursor): void {
  while (/[ \t\f]/.test(cursor.text.charAt(cursor.at))) cursor.at++
  if (cursor.text.charAt(cursor.at) === '#') cursor.at = cursor.text.length
}

/** Past the token, where it is the next one. */
export function take(cursor: Cursor, token: string): boolean {
  skipBlanks(cursor)
  if (!cursor.text.startsWith(token, cursor.at)) return false
  cursor.at += token.length
  return true
}

export function must(cursor: Cursor, token: string): void {
  if (!take(cursor, token)) throw new NoLiteral(token)
}

/** Past what the expression matches here, or null. The expression is sticky (`/y`). */
export function match(cursor: Cursor, expression: RegExp): RegExpExecArray | null {
  expression.lastIndex = cursor.at
  const found = expression.exec(cursor.text)
  if (found !== null) cursor.at += found[0].length
  return found
}
