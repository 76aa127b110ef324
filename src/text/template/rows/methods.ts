/** Methods of Python's texts, lists and mappings that templates may call. */
import { includes, items, list, mapping, number, pythonText, text } from '../python.ts'
import { Named, row } from '../row.ts'
import { formatBraces } from './format-braces.ts'
import { capitalize, lines, pythonRsplit, pythonSplit, replaceText, strip } from './text-helpers.ts'

const chars = (given: unknown): string | null => (given === null ? null : text(given))

export const METHODS = [
  row('upper', '', 'in capitals', (value) => text(value).toUpperCase()),
  row('lower casefold', '', 'in small letters', (value) => text(value).toLowerCase()),
  row('capitalize', '', 'the first letter a capital', (value) => capitalize(text(value))),
  row('title', '', 'each word with a capital', (value) => text(value).replace(/[\p{L}]+/gu, capitalize)),
  row('swapcase', '', 'capitals for small letters, and the other way', (value) =>
    Array.from(text(value), (char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase())).join(''),
  ),
  row('strip', 'chars', 'without blanks or these characters at both ends', (value, given = null) =>
    strip(text(value), chars(given)),
  ),
  row('lstrip', 'chars', 'the same, at the start', (value, given = null) => strip(text(value), chars(given), 'left')),
  row('rstrip', 'chars', 'the same, at the end', (value, given = null) => strip(text(value), chars(given), 'right')),
  row('removeprefix', 'prefix', 'without this at the start', (value, prefix) =>
    text(value).startsWith(text(prefix)) ? text(value).slice(text(prefix).length) : value,
  ),
  row('removesuffix', 'suffix', 'without this at the end', (value, suffix) =>
    text(suffix) !== '' && text(value).endsWith(text(suffix)) ? text(value).slice(0, -text(suffix).length) : value,
  ),
  row(
    'split',
    'sep maxsplit',
    'a list of what is between blanks or a separator',
    (value, separator = null, most = -1) => pythonSplit(text(value), chars(separator), number(most)),
  ),
  row('rsplit', 'sep maxsplit', 'the same, from the end', (value, separator = null, most = -1) =>
    pythonRsplit(text(value), chars(separator), number(most)),
  ),
  row('splitlines', 'keepends', 'its lines', (value, keep = false) => lines(text(value), keep === true)),
  row('partition', 'sep', 'before a separator, it, and after it', (value, separator) =>
    partition(text(value), text(separator), text(value).indexOf(text(separator)), [text(value), '', '']),
  ),
  row('rpartition', 'sep', 'the same, for the last one', (value, separator) =>
    partition(text(value), text(separator), text(value).lastIndexOf(text(separator)), ['', '', text(value)]),
  ),
  row('join', 'iterable', "a list's items with this text between them", (value, all) =>
    items(all).map(text).join(text(value)),
  ),
  row('replace', 'old new count', 'one text in place of another', (value, old, by, count = -1) =>
    replaceText(text(value), text(old), text(by), number(count)),
  ),
  row('startswith', 'prefix start end', 'whether it starts so, or so', (value, prefix, start = 0, end = null) =>
    alternatives(prefix).some((one) => part(value, start, end).startsWith(one)),
  ),
  row('endswith', 'suffix start end', 'whether it ends so, or so', (value, suffix, start = 0, end = null) =>
    alternatives(suffix).some((one) => part(value, start, end).endsWith(one)),
  ),
  row('find', 'sub', 'where this is in it, or -1', (value, sub) => text(value).indexOf(text(sub))),
  row('rfind', 'sub', 'where this is last in it, or -1', (value, sub) => text(value).lastIndexOf(text(sub))),
  row('index', 'value', 'where this is in a text or list', (value, wanted) => {
    const at =
      typeof value === 'string'
        ? value.indexOf(text(wanted))
        : list(value).findIndex((item) => includes([item], wanted))
    if (at < 0) throw new TypeError('it is not in there')
    return at
  }),
  row('count', 'value', 'how often this is in a text or list', (value, wanted) => {
    if (typeof value === 'string') return text(wanted) === '' ? value.length + 1 : value.split(text(wanted)).length - 1
    return list(value).filter((item) => includes([item], wanted)).length
  }),
  row('zfill', 'width', 'with zeros before it', (value, width) => {
    const [, sign = '', rest = ''] = /^([+-]?)(.*)$/s.exec(text(value)) ?? []
    return sign + rest.padStart(number(width) - sign.length, '0')
  }),
  row('ljust', 'width fillchar', 'at the left of so many columns', (value, width, fill = ' ') =>
    text(value).padEnd(number(width), text(fill)),
  ),
  row('rjust', 'width fillchar', 'at the right of so many columns', (value, width, fill = ' ') =>
    text(value).padStart(number(width), text(fill)),
  ),
  row('center', 'width fillchar', 'in the middle of so many columns', (value, width, fill = ' ') => {
    const missing = Math.max(0, number(width) - text(value).length)
    const left = Math.floor(missing / 2) + (missing & number(width) & 1)
    return text(fill).repeat(left) + text(value) + text(fill).repeat(missing - left)
  }),
  row('format', '*args **', 'fills {} and {name}', (value, ...args) => {
    const named = args.at(-1)
    return named instanceof Named
      ? formatBraces(text(value), args.slice(0, -1), named.values)
      : formatBraces(text(value), args, {})
  }),
  row('isdigit isdecimal isnumeric', '', 'whether it has only digits', (value) => /^\p{Nd}+$/u.test(text(value))),
  row('isalpha', '', 'whether it has only letters', (value) => /^\p{L}+$/u.test(text(value))),
  row('isalnum', '', 'whether it has only letters and digits', (value) => /^[\p{L}\p{N}]+$/u.test(text(value))),
  row('isspace', '', 'whether it has only blanks', (value) => /^\s+$/.test(text(value))),
  row(
    'isupper',
    '',
    'whether it has capitals and no small letters',
    (value) => text(value) === text(value).toUpperCase() && text(value) !== text(value).toLowerCase(),
  ),
  row(
    'islower',
    '',
    'whether it has small letters and no capitals',
    (value) => text(value) === text(value).toLowerCase() && text(value) !== text(value).toUpperCase(),
  ),
  row(
    'get',
    'key default',
    'what a mapping has under a key, or the default',
    (value, key, other = null) =>
      Object.hasOwn(mapping(value), pythonText(key)) ? mapping(value)[pythonText(key)] : other,
    { passes: true },
  ),
  row('items', '', 'pairs of key and value', (value) => Object.entries(mapping(value))),
  row('keys', '', 'the keys of a mapping', (value) => Object.keys(mapping(value))),
  row('values', '', 'the values of a mapping', (value) => Object.values(mapping(value))),
  row('copy', '', 'the same list or mapping', (value) => value),
]

function partition(value: string, separator: string, at: number, none: string[]): string[] {
  if (separator === '') throw new TypeError('the separator is empty')
  return at < 0 ? none : [value.slice(0, at), separator, value.slice(at + separator.length)]
}

function alternatives(given: unknown): string[] {
  return Array.isArray(given) ? given.map(text) : [text(given)]
}

function part(value: unknown, start: unknown, end: unknown): string {
  return text(value).slice(number(start), end === null ? undefined : number(end))
}
