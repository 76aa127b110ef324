/** A command line as words, by the rules of a shell but without its expansions (Python's shlex, which Ansible uses). */

/**
 * Words between blanks, with both kinds of quotes and backslashes. Nothing is expanded: no variables, globs or `~`. Null
 * where a quotation mark is not closed, or where a backslash is the last character. `comments`: `#` outside of quotes, also in
 * the midst of a word, ends the line.
 */
export function splitWords(text: string, { comments = false } = {}): string[] | null {
  const words: string[] = []
  let word: string | null = null
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (char === '\\' && quote !== "'") {
      const next = text.charAt(++i)
      if (next === '') return null
      word = (word ?? '') + (quote === '' || next === quote || next === '\\' ? next : `\\${next}`)
    } else if (quote !== '') {
      if (char === quote) quote = ''
      else word += char
    } else if (char === '#' && comments) {
      if (word !== null) words.push(word)
      word = null
      const end = text.indexOf('\n', i)
      if (end === -1) return words
      i = end
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (' \t\r\n'.includes(char)) {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + char
  }
  if (quote !== '') return null
  return word === null ? words : [...words, word]
}
