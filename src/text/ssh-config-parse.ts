/** Text of ssh_config to directives, each with its place. What is wrong in a line is a directive that says so. */
import type { Source } from '../model/diagnostic.ts'
import { didYouMean } from './closest.ts'
import { HARMLESS_KEYWORDS, KEYWORD_ALIASES, knownKeywords, VALUE_KINDS } from './ssh-config-keywords.ts'
import type { ValueKind } from './ssh-config-keywords.ts'
import type { Criterion } from './ssh-config-match.ts'
import { parseCriteria } from './ssh-config-match.ts'
import { readChoice, readNumber, readPort, readTime } from './ssh-config-values.ts'
import { splitSshLine } from './ssh-config-words.ts'
import type { SshLine } from './ssh-config-words.ts'
import { parseJumps } from './ssh-jump.ts'
import type { SshJump } from './ssh-jump.ts'

/** What a directive does. */
type Effect =
  | { kind: 'value'; values: string[] }
  | { kind: 'identity'; path: string }
  | { kind: 'jump'; jumps: SshJump[] }
  | { kind: 'host'; patterns: string[] }
  | { kind: 'match'; criteria: Criterion[] }
  | { kind: 'include'; patterns: string[] }
  | { kind: 'refuse'; reason: string }
  | { kind: 'harmless' }
  /** A mistake unless IgnoreUnknown names it. */
  | { kind: 'unknown'; hint: string }
  /** A mistake for every host, whether the line is for it or not, as for OpenSSH. */
  | { kind: 'wrong'; why: string }

export type SshDirective = Effect & {
  /** In lower case, aliases resolved. */
  keyword: string
  /** Null for what no file says. */
  source: Source | null
}

/** Directives that can stand on a command line. */
export type SshOptionDirective = Exclude<SshDirective, { kind: 'host' | 'match' | 'include' }>

/** The directives of one file, in order. */
export function parseSshConfig(text: string, file: string): SshDirective[] {
  return text.split('\n').flatMap((line, index) => {
    const cut = splitSshLine(line)
    return cut === null ? [] : [compile(cut, { file, line: index + 1, column: cut.column })]
  })
}

/** One `-o` option: a line of the file without those that only a file can have. Null where it is blank. */
export function parseSshOption(text: string, source: Source | null): SshOptionDirective | null {
  const cut = splitSshLine(text)
  if (cut === null) return null
  const directive = compile(cut, source)
  if (directive.kind !== 'host' && directive.kind !== 'match' && directive.kind !== 'include') return directive
  return { keyword: directive.keyword, source, kind: 'wrong', why: `${cut.keyword} cannot be an option` }
}

function compile(line: SshLine, source: Source | null): SshDirective {
  const keyword = KEYWORD_ALIASES[line.keyword] ?? line.keyword
  return { keyword, source, ...effectOf(keyword, line) }
}

function effectOf(keyword: string, line: SshLine): Effect {
  const { rest, words } = line
  if (rest === '') return wrong(`${line.keyword} has no value`)
  if (words === null) return wrong(`${line.keyword}: a quotation mark is not closed`)
  if (HARMLESS_KEYWORDS.has(keyword)) return { kind: 'harmless' }
  switch (keyword) {
    case 'host':
      return words.includes('') ? wrong('host: a pattern is empty') : { kind: 'host', patterns: words }
    case 'match': {
      const criteria = parseCriteria(words)
      return typeof criteria === 'string' ? wrong(criteria) : { kind: 'match', criteria }
    }
    case 'include':
      return words.includes('') ? wrong('include: a path is empty') : { kind: 'include', patterns: words }
    case 'proxyjump': {
      const jumps = parseJumps(rest.replace(/^[ \t=]+/, ''))
      return jumps === null ? wrong(`proxyjump: "${rest}" is no list of [user@]host[:port]`) : { kind: 'jump', jumps }
    }
    default:
  }
  const [word = '', ...more] = words
  const single = word === '' ? wrong(`${line.keyword} has no value`) : tooMany(line, more)
  switch (keyword) {
    case 'identityfile':
      return single ?? { kind: 'identity', path: word }
    case 'refuseconnection':
      return single ?? { kind: 'refuse', reason: word }
    default:
  }
  const kind = VALUE_KINDS[keyword]
  if (kind === undefined) return { kind: 'unknown', hint: didYouMean(keyword, knownKeywords()) }
  if (kind === 'command') return { kind: 'value', values: [rest.replace(/^[ \t=]+/, '')] }
  if (kind === 'files') return filesOf(line, words)
  return single ?? valueOf(kind, word, line.keyword)
}

function tooMany({ keyword }: SshLine, more: readonly string[]): Effect | null {
  return more.length > 0 ? wrong(`${keyword} takes one value, and more are given: ${more.join(' ')}`) : null
}

function filesOf({ keyword }: SshLine, words: string[]): Effect {
  if (words.length === 0 || words.includes('')) return wrong(`${keyword}: a file name is empty`)
  const none = words.some((word) => word.toLowerCase() === 'none')
  if (none && words.length > 1) return wrong(`${keyword}: "none" must stand alone`)
  return { kind: 'value', values: none ? ['none'] : words }
}

function valueOf(kind: Exclude<ValueKind, 'files' | 'command'>, word: string, keyword: string): Effect {
  // As for ssh, a time of `none` sets nothing: a later line still counts.
  if (kind === 'time' && word === 'none') return { kind: 'harmless' }
  const value = readValue(kind, word)
  if (value !== null) return { kind: 'value', values: [value] }
  const wanted = typeof kind === 'string' ? EXPECTED[kind] : Object.keys(kind).join(', ')
  return wrong(`${keyword}: expected ${wanted}, got "${word}"`)
}

const EXPECTED = {
  text: 'text',
  time: 'a time such as 30 or 1m',
  number: 'a whole number',
  port: 'a port (1 to 65535)',
  socket: 'a path, none, or the name of an environment variable',
} as const

function readValue(kind: Exclude<ValueKind, 'files' | 'command'>, word: string): string | null {
  if (typeof kind !== 'string') return readChoice(word, kind)
  switch (kind) {
    case 'time':
      return readTime(word)
    case 'number':
      return readNumber(word)
    case 'port':
      return readPort(word)
    case 'socket':
      return /^\$(?!\{|[A-Za-z_]\w*$)/.test(word) ? null : word
    case 'text':
      return word
    default:
      return kind satisfies never
  }
}

function wrong(why: string): Effect {
  return { kind: 'wrong', why }
}
