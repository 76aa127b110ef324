/** A command's flags and arguments, through yargs' parser, from the command's data. */
import { Parser } from 'yargs/helpers'
import { shellQuote } from '../text/shell.ts'
import { didYouMean } from '../text/closest.ts'
import { HELP_FLAG } from './command.ts'
import type { CommandModule, Flag, Flags, Invocation } from './command.ts'
import { usageError } from './errors.ts'

export type Parsed = { kind: 'help' } | { kind: 'run'; invocation: Invocation<any> }

/** Throws a usage error that names what is wrong. */
export async function parseCommandLine(name: string, command: CommandModule, argv: readonly string[]): Promise<Parsed> {
  const flags: Flags = command.flags
  const hint = `mptcp-fleet ${name} --help`
  const { argv: parsed, error } = Parser.detailed(withBareValues(argv, flags), parserOptions(flags))
  if (parsed['help'] === true) return { kind: 'help' }
  if (error !== null) throw plainError(error.message, argv, flags, hint)
  const positional = parsed._.map(String)
  const rest = (parsed['--'] ?? []).map(String)
  const unknown = Object.keys(parsed).find(
    (key) => !['_', '--', 'help', 'h'].includes(key) && !Object.hasOwn(flags, key),
  )
  if (unknown !== undefined) throw unknownFlag(unknown, flags, hint)
  const values = Object.fromEntries(Object.entries(flags).map(([key, flag]) => [key, valueOf(key, flag, parsed[key])]))
  checkCount(positional.length, command, hint)
  return { kind: 'run', invocation: { args: positional, rest, flags: values as Invocation<any>['flags'] } }
}

/** Gives flags that may stand alone their number, so that what follows them is not taken for it. */
function withBareValues(argv: readonly string[], flags: Flags): string[] {
  const end = argv.indexOf('--')
  return argv.map((word, index) => {
    const bare = word.startsWith('--') && (end === -1 || index < end) ? flags[word.slice(2)]?.bare : undefined
    return bare === undefined || /^-?\d/.test(argv[index + 1] ?? '') ? word : `${word}=${bare}`
  })
}

function parserOptions(flags: Flags): Parser.Options {
  const all: [string, Flag][] = Object.entries({ ...flags, help: HELP_FLAG })
  const named = (is: (flag: Flag) => boolean): string[] => all.filter(([, flag]) => is(flag)).map(([key]) => key)
  const valued = named(({ type }) => type !== 'boolean' && type !== 'count')
  return {
    configuration: {
      'camel-case-expansion': false,
      'strip-aliased': true,
      'dot-notation': false,
      'boolean-negation': false,
      'greedy-arrays': false,
      'parse-positional-numbers': false,
      'populate--': true,
    },
    alias: Object.fromEntries(all.flatMap(([key, { letter }]) => (letter === undefined ? [] : [[key, letter]]))),
    boolean: named(({ type }) => type === 'boolean'),
    count: named(({ type }) => type === 'count'),
    // Numbers are read as text first, so that a wrong one can be shown as it was written.
    string: valued,
    array: named(({ type }) => type === 'strings'),
    // Each takes a value; NaN: one, also of those that repeat.
    narg: Object.fromEntries(valued.map((key) => [key, Number.NaN])),
  }
}

/** yargs' own sentences, made to name the flag as it is written. */
function plainError(message: string, argv: readonly string[], flags: Flags, hint: string): Error {
  const [, key] = /^Not enough arguments following: (.+)$/.exec(message) ?? []
  if (key === undefined) return usageError(message, hint)
  const summary = `${dashed(key)} needs a value`
  const next = argv.find((word, index) => argv[index - 1] === dashed(key) && /^-./.test(word) && word !== '--')
  if (next === undefined) return usageError(summary, hint)
  const long = Object.keys(flags).find((name) => name === key || flags[name]!.letter === key) ?? key
  return usageError(summary, `a value that begins with - is written ${dashed(long)}=${shellQuote(next)}`)
}

function unknownFlag(key: string, flags: Flags, hint: string): Error {
  const names = Object.keys(flags)
  const meant = key.length === 1 ? '' : didYouMean(key, names)
  return usageError(`unknown flag ${dashed(key)}`, meant === '' ? hint : meant.replace('"', '"--'))
}

function dashed(key: string): string {
  return key.length === 1 ? `-${key}` : `--${key}`
}

function valueOf(key: string, flag: Flag, raw: unknown): unknown {
  if (flag.type === 'boolean') return (Array.isArray(raw) ? raw.at(-1) : raw) === true
  if (flag.type === 'count') return Number(raw ?? 0)
  const given = raw === undefined ? [] : (Array.isArray(raw) ? raw : [raw]).map(String)
  const values = given.map((text) => (flag.type === 'number' ? Number(text) : text))
  for (const [index, value] of values.entries()) {
    const wrong = given[index] === '' ? 'must not be empty' : wrongValue(flag, value)
    if (wrong !== null) throw usageError(`${dashed(key)} ${given[index]}: ${wrong}`)
  }
  if (flag.type === 'strings') return values
  // As in Ansible, the last one wins where a flag is repeated.
  return values.at(-1) ?? flag.default ?? null
}

function wrongValue(flag: Flag, value: string | number): string | null {
  if (flag.type === 'number' && Number.isNaN(value)) return 'must be a number'
  if (flag.choices !== undefined && !flag.choices.includes(String(value))) {
    return `must be one of ${flag.choices.join(', ')}`
  }
  return flag.check?.(value) ?? null
}

function checkCount(given: number, command: CommandModule, hint: string): void {
  const { min, max } = command.args
  if (given < min) throw usageError(`too few arguments: mptcp-fleet ${command.usage}`, hint)
  if (given > max) throw usageError(`too many arguments: mptcp-fleet ${command.usage}`, hint)
}
