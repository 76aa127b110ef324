/** Values on their way into the template engine and out of it, which knows neither our secrets nor the order of keys. */
import { Secret } from '../../model/secret.ts'
import { Unsafe } from '../../model/unsafe.ts'
import { namedRecord } from '../record.ts'
import { lostDigits, TemplateError } from './errors.ts'

/** Characters of private use, which no filter changes and nobody writes. */
const SECRET = /\uE000(\d+)\uE001/
const LAZY = /^\uE004(\d+)\uE001$/
/** Stands for what is not defined: the engine shows us that and None as the same. */
const UNDEFINED = '\uE003'

const lazy = new WeakSet<object>()

/** Marks a mapping whose values are worked out when they are read: the engine gets a token in its place. */
export function asLazy<T extends object>(mapping: T): T {
  lazy.add(mapping)
  return mapping
}

/** What goes into the engine and comes out of it in one rendering. */
export class Exchange {
  readonly #secrets: Secret[] = []
  readonly #lazies: object[] = []
  /** The engine sorts keys: how each set of them was ordered. */
  readonly #orders = new Map<string, readonly string[]>()

  constructor(orders: readonly (readonly string[])[] = []) {
    for (const keys of orders) this.#remember(keys)
  }

  toEngine(value: unknown): unknown {
    if (value === undefined) return UNDEFINED
    if (typeof value === 'number' && Number.isNaN(value)) return value
    if (value instanceof Unsafe) return value.text
    if (value instanceof Secret) return `\uE000${this.#secrets.push(value) - 1}\uE001`
    if (Array.isArray(value)) return value.map((item) => this.toEngine(item))
    if (typeof value !== 'object' || value === null) return value
    if (lazy.has(value)) return `\uE004${this.#lazies.push(value) - 1}\uE001`
    const entries = Object.entries(value)
    if (entries.length > 1) this.#remember(entries.map(([key]) => key))
    return namedRecord(entries.map(([key, item]) => [key, this.toEngine(item)]))
  }

  /** None is null, and what is not defined is undefined. */
  fromEngine(value: unknown): unknown {
    if (value === undefined) return null
    if (value === UNDEFINED) return undefined
    if (typeof value === 'bigint') {
      if (!Number.isSafeInteger(Number(value))) throw lostDigits()
      return Number(value)
    }
    if (typeof value === 'string') return this.#lazies[Number(LAZY.exec(value)?.[1] ?? -1)] ?? value
    if (Array.isArray(value)) return value.map((item) => this.fromEngine(item))
    if (!(value instanceof Map)) return value
    const items = new Map([...value].map(([key, item]) => [String(key), this.fromEngine(item)]))
    const order = this.#orders.get(signature([...items.keys()])) ?? [...items.keys()]
    return Object.fromEntries(order.map((key) => [key, items.get(key)]))
  }

  /** Puts the Secrets back. Throws TemplateError where one became part of other text. */
  decodeSecrets(value: unknown): unknown {
    if (typeof value === 'string') {
      const token = SECRET.exec(value)
      if (token === null) return value
      const secret = this.#secrets[Number(token[1])]
      if (secret !== undefined && token[0] === value) return secret
      throw secretInText()
    }
    if (this.#secrets.length === 0 || typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item) => this.decodeSecrets(item))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.decodeSecrets(item)]))
  }

  get hasSecrets(): boolean {
    return this.#secrets.length > 0
  }

  #remember(keys: readonly string[]): void {
    this.#orders.set(signature(keys), keys)
  }
}

/** Whether a text is, or has in it, the token of a Secret. */
export function holdsSecret(value: unknown): boolean {
  return typeof value === 'string' && SECRET.test(value)
}

export function holdsSecretDeep(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return holdsSecret(value)
  return !lazy.has(value) && Object.values(value).some(holdsSecretDeep)
}

/** Whether a text is the token of a Secret and nothing else. */
export function isSecret(text: string): boolean {
  return SECRET.exec(text)?.[0] === text
}

export function secretInText(name?: string): TemplateError {
  const where = name === undefined ? '' : `"${name}": `
  return new TemplateError(
    `${where}a secret cannot be a part of other text: it can only stand alone, as in "{{ name }}"`,
    'secret',
  )
}

function signature(keys: readonly string[]): string {
  return keys.toSorted().join('\0')
}
