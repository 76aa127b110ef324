/**
 * A value that must never reach argv, logs, reports or files. It prints as `[secret]` however it is converted;
 * `reveal` is called in one place only, where a script or password is written to a channel.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
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
