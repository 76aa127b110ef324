/**
 * A value that must never reach argv, logs, reports or files. It prints as `[secret]` however it is converted;
 * `reveal` is called only where it goes to: a channel, a cipher, and the redactor, which keeps it out of all the rest.
 */
export class Secret {
  readonly #read: () => string
  /** As ansible-vault encrypted it, which may be shown; it is opened when it is revealed. Null: it was not encrypted. */
  readonly sealed: string | null

  constructor(value: string | (() => string), sealed: string | null = null) {
    this.#read = typeof value === 'string' ? () => value : value
    this.sealed = sealed
  }

  reveal(): string {
    return this.#read()
  }

  /** The same secret in base64, still unread. */
  base64(): Secret {
    return new Secret(() => Buffer.from(this.reveal(), 'utf8').toString('base64'))
  }

  /** A secret made of this one by a pure function, unread until it is. */
  map(make: (value: string) => string): Secret {
    return new Secret(() => make(this.reveal()))
  }

  /** One secret out of parts, all unread. */
  static join(parts: readonly (string | Secret)[]): Secret {
    return new Secret(() => parts.map((part) => (typeof part === 'string' ? part : part.reveal())).join(''))
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}
