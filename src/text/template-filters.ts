/** Ansible's filters that the engine lacks or has with another meaning. Arguments are plain values; errors are thrown. */
import { posix } from 'node:path'
import { pythonText } from './template-value.ts'
import { shellQuote } from './shell.ts'

type Filter = (...args: unknown[]) => unknown
type Mapping = Record<string, unknown>

/** Names that the engine has too, here with Ansible's meaning. */
export const OVERRIDDEN = ['bool', 'string', 'join', 'tojson']

const YES = new Set(['yes', 'on', '1', 'true'])

/** What Ansible's `bool` filter and boolean variables take as true. */
function isTruthyWord(value: unknown): boolean {
  return value === true || value === 1 || (typeof value === 'string' && YES.has(value.toLowerCase()))
}

export const FILTERS: Readonly<Record<string, Filter>> = {
  bool: isTruthyWord,
  string: pythonText,
  join: (value, separator = '') => list(value).map(pythonText).join(pythonText(separator)),
  tojson: (value) => pythonJson(value),
  to_json: (value) => pythonJson(value),
  from_json: (value) => JSON.parse(text(value)) as unknown,
  mandatory: (value) => value,
  ternary: (value, yes, no) => (isTruthy(value) ? yes : no),
  quote: (value) => shellQuote(pythonText(value)),
  basename: (value) => posix.basename(text(value)),
  dirname: (value) => posix.dirname(text(value)),
  b64encode: (value) => Buffer.from(pythonText(value)).toString('base64'),
  b64decode: (value) => Buffer.from(text(value), 'base64').toString('utf8'),
  combine: (value, ...others) =>
    Object.fromEntries([value, ...others].flatMap((each) => Object.entries(mapping(each)))),
  dict2items: (value) => Object.entries(mapping(value)).map(([key, item]) => ({ key, value: item })),
  items2dict: (value) =>
    Object.fromEntries(list(value).map((item) => [text(mapping(item)['key']), mapping(item)['value']])),
  union: (a, b) => distinct([...list(a), ...list(b)]),
  intersect: (a, b) => distinct(list(a)).filter((item) => includes(list(b), item)),
  difference: (a, b) => distinct(list(a)).filter((item) => !includes(list(b), item)),
  flatten: (value) => list(value).flat(Number.POSITIVE_INFINITY),
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new TypeError('takes a list')
  return value as unknown[]
}

function mapping(value: unknown): Mapping {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('takes a mapping')
  return value as Mapping
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('takes text')
  return value
}

/** Python's truth: empty text, lists and mappings, 0 and None are false. */
function isTruthy(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}

/** JSON with Python's blanks after colons and commas. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value as Mapping)
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}: ${pythonJson(item)}`).join(', ')}}`
}

function includes(items: readonly unknown[], wanted: unknown): boolean {
  const key = pythonJson(wanted)
  return items.some((item) => pythonJson(item) === key)
}

function distinct(items: readonly unknown[]): unknown[] {
  const seen = new Map(items.map((item) => [pythonJson(item), item]))
  return [...seen.values()]
}
