/** What Python makes of values: truth, equality, order, text. Mappings are records, None is null. */

import { undefinedValue } from './errors.ts'

type Mapping = Record<string, unknown>

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Empty text, lists and mappings, 0, None and what is not defined are false. */
export function truth(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value) || Number.isNaN(value)
}

/** `==`: True is 1, mappings are equal whatever their order. Throws TemplateError where one is not defined. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) throw undefinedValue()
  if (typeof a === 'boolean' && typeof b === 'number') return Number(a) === b
  if (typeof b === 'boolean' && typeof a === 'number') return Number(b) === a
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => equal(item, b[i]))
  if (!isMapping(a) || !isMapping(b)) return a === b
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]))
}

/** `in` a list. */
export function includes(items: readonly unknown[], wanted: unknown): boolean {
  return items.some((item) => equal(item, wanted))
}

/** Below, at or above 0, as Python orders them; throws TypeError where it does not. */
export function compare(a: unknown, b: unknown): number {
  if (isNumber(a) && isNumber(b)) return Number(a) - Number(b)
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  if (Array.isArray(a) && Array.isArray(b)) {
    const differs = a.findIndex((item, i) => i >= b.length || !equal(item, b[i]))
    return differs < 0 || differs >= b.length ? a.length - b.length : compare(a[differs], b[differs])
  }
  throw new TypeError(`"<" is not supported between ${typeName(a)} and ${typeName(b)}`)
}

/** By code points; JavaScript's own order is by halves of them. */
function compareText(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)]
  const differs = left.findIndex((char, i) => char !== right[i])
  if (differs < 0 || differs >= right.length) return left.length - right.length
  return left[differs]!.codePointAt(0)! - right[differs]!.codePointAt(0)!
}

/** True and False count as 1 and 0. */
export function isNumber(value: unknown): value is number | boolean {
  return typeof value === 'number' || typeof value === 'boolean'
}

/** The name of the value's type in Python. */
export function typeName(value: unknown): string {
  if (value === null) return 'NoneType'
  if (value === undefined) return 'Undefined'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  if (typeof value === 'string') return 'str'
  return Array.isArray(value) ? 'list' : 'dict'
}

/** What can be looped over: a list's items, a mapping's keys, a text's characters. Throws TypeError otherwise. */
export function items(value: unknown): unknown[] {
  if (Array.isArray(value)) return value as unknown[]
  if (typeof value === 'string') return Array.from(value)
  if (isMapping(value)) return Object.keys(value)
  throw new TypeError(`takes a list, not ${typeName(value)}`)
}

export function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`takes a list, not ${typeName(value)}`)
  return value as unknown[]
}

export function mapping(value: unknown): Mapping {
  if (!isMapping(value)) throw new TypeError(`takes a mapping, not ${typeName(value)}`)
  return value
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`takes text, not ${typeName(value)}`)
  return value
}

export function number(value: unknown): number {
  if (!isNumber(value)) throw new TypeError(`takes a number, not ${typeName(value)}`)
  return Number(value)
}

/** Of a list, a mapping or a text; undefined where there is none, as Jinja's `value[key]`. */
export function member(value: unknown, key: unknown): unknown {
  if (isMapping(value)) return Object.hasOwn(value, String(key)) ? value[String(key)] : undefined
  if (typeof key !== 'number' && !(typeof key === 'string' && /^-?\d+$/.test(key))) return undefined
  if (Array.isArray(value)) return typeof key === 'number' ? (value.at(key) as unknown) : undefined
  return typeof value === 'string' && typeof key === 'number' ? Array.from(value).at(key) : undefined
}

/** What Python's str() gives: True, None, ['a', 1], {'b': False}. */
export function pythonText(value: unknown): string {
  return typeof value === 'string' ? value : pythonRepr(value)
}

export function pythonRepr(value: unknown): string {
  if (value === undefined) throw undefinedValue()
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return pythonNumber(value)
  if (typeof value === 'string') return pythonQuote(value)
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`
  const entries = Object.entries(value as Mapping)
  return `{${entries.map(([key, item]) => `${pythonQuote(key)}: ${pythonRepr(item)}`).join(', ')}}`
}

function pythonNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2')
}

/** A float's text has a point even where it is whole. */
export function floatText(value: number): string {
  const written = pythonNumber(value)
  return /^-?\d+$/.test(written) ? `${written}.0` : written
}

const SHORT: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r' }

function pythonQuote(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'"
  const escaped = value.replace(/[\\\p{Cc}\u00a0\u00ad]/gu, (char) => {
    return SHORT[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote
}
