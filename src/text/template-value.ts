/** Values on their way into the template engine and out of it: secrets, mappings, and how Python prints them. */
import { Secret } from '../model/secret.ts'

/** A template that cannot be rendered, with the reason. */
export class TemplateError extends Error {
  /** `undefined`: something it names does not exist. */
  readonly kind: 'undefined' | 'other'

  constructor(message: string, kind: 'undefined' | 'other' = 'other') {
    super(message)
    this.name = 'TemplateError'
    this.kind = kind
  }
}

/** Characters of private use, which no filter changes and nobody writes. */
const TOKEN = /\uE000(\d+)\uE001/

/** Puts a token in the place of each Secret, so that the engine never sees one. */
export function encodeSecrets(value: unknown, secrets: Secret[]): unknown {
  if (value instanceof Secret) return `\uE000${secrets.push(value) - 1}\uE001`
  if (Array.isArray(value)) return value.map((item) => encodeSecrets(item, secrets))
  return mapValues(value, (item) => encodeSecrets(item, secrets))
}

/** Puts the Secrets back. Throws TemplateError where one became part of other text. */
export function decodeSecrets(value: unknown, secrets: readonly Secret[]): unknown {
  if (typeof value === 'string') {
    const token = TOKEN.exec(value)
    if (token === null) return value
    const secret = secrets[Number(token[1])]
    if (secret !== undefined && token[0] === value) return secret
    throw new TemplateError('a secret cannot be a part of other text: it can only stand alone, as in "{{ name }}"')
  }
  if (Array.isArray(value)) return value.map((item) => decodeSecrets(item, secrets))
  return mapValues(value, (item) => decodeSecrets(item, secrets))
}

/** The engine gives mappings as Map and none as undefined. */
export function fromEngine(value: unknown): unknown {
  if (value === undefined) return null
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(fromEngine)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), fromEngine(item)]))
  return value
}

/** What Python's str() gives: True, None, ['a', 1], {'b': False}. */
export function pythonText(value: unknown): string {
  return typeof value === 'string' ? value : pythonRepr(value)
}

function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return pythonNumber(value)
  if (typeof value === 'string') return pythonQuote(value)
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`
  const entries = Object.entries(value as Record<string, unknown>)
  return `{${entries.map(([key, item]) => `${pythonQuote(key)}: ${pythonRepr(item)}`).join(', ')}}`
}

function pythonNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  return String(value)
}

function pythonQuote(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote
}

function mapValues(value: unknown, each: (item: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, each(item)]))
}
