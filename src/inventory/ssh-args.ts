/** ansible_ssh_args and its like: arguments of `ssh`, read as ssh reads them. */
import type { Source } from '../model/diagnostic.ts'
import type { SshOptionDirective } from '../text/ssh-config-parse.ts'
import { parseSshOption } from '../text/ssh-config-parse.ts'

export interface SshArgs {
  /** As a shell would have split them. */
  words: string[]
  /** What the arguments set, in order; the first value of an option counts. */
  options: SshOptionDirective[]
  /** The last -F, or null. */
  configFile: string | null
}

/** Options of the same meaning for each letter; the letter's argument is their value. */
const AS_OPTION: Readonly<Record<string, string>> = {
  b: 'BindAddress',
  B: 'BindInterface',
  c: 'Ciphers',
  i: 'IdentityFile',
  J: 'ProxyJump',
  l: 'User',
  m: 'MACs',
  p: 'Port',
  P: 'Tag',
}
const AS_SETTING: Readonly<Record<string, string>> = { 4: 'AddressFamily inet', 6: 'AddressFamily inet6' }
/** What is shown, forwarded or shared, ways to log in that we lack. */
const HARMLESS = new Set('AaCKkqTtvXxYygn')
const HARMLESS_WITH_ARGUMENT = new Set('DEeILRSw')

/** Reads the arguments; `problems` says what is not understood. `source` is where they stand. */
export function parseSshArgs(text: string, source: Source | null = null): { args: SshArgs; problems: string[] } {
  const split = splitWords(text)
  const args: SshArgs = { words: split ?? [], options: [], configFile: null }
  const problems: string[] = split === null ? ['a quotation mark is not closed'] : []
  const set = (option: string): void => {
    const directive = parseSshOption(option, source)
    if (directive === null) problems.push('-o has no value')
    else if (directive.kind === 'wrong') problems.push(directive.why)
    else args.options.push(directive)
  }
  const words = [...args.words]
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!/^-[^-]/.test(word)) {
      problems.push(`"${word}" is no option of ssh`)
      continue
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word.charAt(at)
      if (HARMLESS.has(letter)) continue
      if (Object.hasOwn(AS_SETTING, letter)) {
        set(AS_SETTING[letter]!)
        continue
      }
      const takesValue =
        letter === 'o' || letter === 'F' || Object.hasOwn(AS_OPTION, letter) || HARMLESS_WITH_ARGUMENT.has(letter)
      if (!takesValue) {
        problems.push(`-${letter} is not supported`)
        break
      }
      const value = at + 1 < word.length ? word.slice(at + 1) : words.shift()
      if (value === undefined) problems.push(`-${letter} has no value`)
      else if (letter === 'o') set(value)
      else if (letter === 'F') args.configFile = value
      else if (Object.hasOwn(AS_OPTION, letter)) set(`${AS_OPTION[letter]!} ${quoteSshWord(value)}`)
      break
    }
  }
  return { args, problems }
}

/** A value as one word of ssh_config. ProxyJump is read without quotes, and its value has no blanks. */
export function quoteSshWord(value: string): string {
  return /^[\w@%+,./:[\]-]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`
}

/** Words as a shell would split them: blanks, both kinds of quotes, backslash. Null where a quote is not closed. */
function splitWords(text: string): string[] | null {
  const words: string[] = []
  let word: string | null = null
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (quote !== '') {
      if (char === quote) quote = ''
      else if (char === '\\' && quote === '"' && /["\\]/.test(text.charAt(i + 1)))
        word = (word ?? '') + text.charAt(++i)
      else word = (word ?? '') + char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (char === '\\' && i + 1 < text.length) {
      word = (word ?? '') + text.charAt(++i)
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + char
  }
  if (quote !== '') return null
  return word === null ? words : [...words, word]
}
