/**
 * A value that must never reach argv, logs, reports or files. It prints as `[secret]` however it is converted;
 * `reveal` is called in one place only, where a script or password is written to a channel.
 */
export class Secret {
  readonly #read: () => string

  constructor(value: string | (() => string)) {
    this.#read = typeof value === 'string' ? () => value : value
  }

  reveal(): string {
    return this.#read()
  }

  /** The same secret in base64, still unread. */
  base64(): Secret {
    return new Secret(() => Buffer.from(this.reveal(), 'utf8').toString('base64'))
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
