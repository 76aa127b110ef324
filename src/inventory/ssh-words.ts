/** Arguments of `ssh` as text: split as a shell splits them, and read as ssh reads them. */
import type { Source } from '../model/diagnostic.ts'
import type { SshOptionDirective } from '../text/ssh-config-parse.ts'
import { parseSshOption } from '../text/ssh-config-parse.ts'

export interface SshWords {
  /** What the options set, in order; the first value of an option counts. */
  options: SshOptionDirective[]
  /** The last -F, or null. */
  configFile: string | null
  /** -W, where the connection is handed on to; or null. */
  forward: string | null
  /** The first way to log in that OpenSSH's client alone has, as it was written; or null. */
  login: string | null
  /** What is no option. */
  rest: string[]
  /** What is not understood. */
  problems: string[]
}

/** Options of the same meaning for each letter; the letter's argument is their value. */
const AS_OPTION: Readonly<Record<string, string>> = {
  b: 'BindAddress',
  B: 'BindInterface',
  c: 'Ciphers',
  i: 'IdentityFile',
  I: 'PKCS11Provider',
  J: 'ProxyJump',
  l: 'User',
  m: 'MACs',
  p: 'Port',
  P: 'Tag',
}
const AS_SETTING: Readonly<Record<string, string>> = {
  4: 'AddressFamily inet',
  6: 'AddressFamily inet6',
  K: 'GSSAPIAuthentication yes',
}
/** What is shown, forwarded or shared. */
const HARMLESS = new Set('AaCkqTtvXxYygn')
const HARMLESS_WITH_ARGUMENT = new Set('DEeLRSw')
/** Ways to log in that OpenSSH's client alone has. A file may try them for all hosts; whoever writes an argument means it. */
const ITS_LOGINS = new Set([
  'gssapiauthentication',
  'hostbasedauthentication',
  'kerberosauthentication',
  'pkcs11provider',
  'securitykeyprovider',
  'smartcarddevice',
])

/** Reads the words after `ssh`. `source` is where they stand. */
export function readSshWords(given: readonly string[], source: Source | null): SshWords {
  const read: SshWords = { options: [], configFile: null, forward: null, login: null, rest: [], problems: [] }
  const set = (option: string): void => {
    const directive = parseSshOption(option, source)
    if (directive === null) read.problems.push('-o has no value')
    else if (directive.kind === 'wrong') read.problems.push(directive.why)
    else {
      read.options.push(directive)
      if (ITS_LOGINS.has(directive.keyword) && !/[\s=]"?(?:no|none)"?\s*$/i.test(option)) read.login ??= option
    }
  }
  const words = [...given]
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!/^-[^-]/.test(word)) {
      read.rest.push(word)
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
        'oFW'.includes(letter) || Object.hasOwn(AS_OPTION, letter) || HARMLESS_WITH_ARGUMENT.has(letter)
      if (!takesValue) {
        read.problems.push(`-${letter} is not supported`)
        break
      }
      const value = at + 1 < word.length ? word.slice(at + 1) : words.shift()
      if (value === undefined) read.problems.push(`-${letter} has no value`)
      else if (letter === 'o') set(value)
      else if (letter === 'F') read.configFile = value
      else if (letter === 'W') read.forward = value
      else if (Object.hasOwn(AS_OPTION, letter)) set(`${AS_OPTION[letter]!} ${quoteSshWord(value)}`)
      break
    }
  }
  return read
}

/** A value as one word of ssh_config. ProxyJump is read without quotes, and its value has no blanks. */
export function quoteSshWord(value: string): string {
  return /^[\w@%+,./:[\]-]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`
}

/** Words as a shell would split them: blanks, both kinds of quotes, backslash. Null where a quote is not closed. */
export function splitShellWords(text: string): string[] | null {
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
