/** Lines of ssh_config cut into words as OpenSSH cuts them. Source: misc.c, strdelim and argv_split, 9.2 to 10.5. */

export interface SshLine {
  /** In lower case. */
  keyword: string
  /** Of the keyword, from 1. */
  column: number
  /** What follows the keyword and its `=`, as written; empty where nothing does. */
  rest: string
  /** The words of `rest`, up to a comment; null where a quotation mark is not closed. */
  words: string[] | null
}

const TRAILING_BLANKS = /[ \t\r\n\f]+$/
const LEADING_BLANKS = /^[ \t\r\n]+/

/** Cuts one line; null for comments and blank lines. */
export function splitSshLine(line: string): SshLine | null {
  const text = line.replace(TRAILING_BLANKS, '')
  let cut = cutToken(text)
  if (cut?.token === '' && cut.rest !== null) cut = cutToken(cut.rest)
  if (cut === null || cut.token === '' || cut.token.startsWith('#')) return null
  const rest = cut.rest ?? ''
  const column = text.length - text.replace(LEADING_BLANKS, '').length + 1
  return { keyword: cut.token.toLowerCase(), column, rest, words: splitSshWords(rest) }
}

/** The first token, which ends at a blank, a quotation mark or one `=`. Null where a quotation mark is not closed. */
function cutToken(text: string): { token: string; rest: string | null } | null {
  const at = text.search(/[ \t\r\n"=]/)
  if (at < 0) return { token: text, rest: null }
  if (text[at] === '"') {
    const end = text.indexOf('"', at + 1)
    if (end < 0) return null
    return { token: text.slice(0, at) + text.slice(at + 1, end), rest: skipBlanks(text.slice(end + 1)) }
  }
  const rest = skipBlanks(text.slice(at + 1))
  const assigned = text[at] !== '=' && rest.startsWith('=')
  return { token: text.slice(0, at), rest: assigned ? skipBlanks(rest.slice(1)) : rest }
}

function skipBlanks(text: string): string {
  return text.replace(LEADING_BLANKS, '')
}

/** Words between blanks, with both kinds of quotes and backslashes; `#` begins a comment where a word could begin. */
export function splitSshWords(text: string): string[] | null {
  const words: string[] = []
  let word: string | null = null
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    const next = text.charAt(i + 1)
    const blank = char === ' ' || char === '\t'
    if (word === null && blank) continue
    if (word === null && char === '#') break
    word ??= ''
    if (char === '\\' && next !== '' && (`'"\\`.includes(next) || (quote === '' && next === ' '))) {
      word += next
      i++
    } else if (quote === '' && blank) {
      words.push(word)
      word = null
    } else if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (quote === char && quote !== '') quote = ''
    else word += char
  }
  if (quote !== '') return null
  return word === null ? words : [...words, word]
}
