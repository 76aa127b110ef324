/** What the tables of filters, tests and methods are made of. */

/** Arguments are plain values: None is null, what is not defined undefined. Errors are thrown, in words for people. */
export type TemplateFunction = (value: unknown, ...args: unknown[]) => unknown

export interface Row {
  name: string
  aliases?: readonly string[]
  /** One line, for the documentation. */
  summary: string
  /** Names of the arguments after the value, so that they can be given by name; `*rest` takes any number, `**` any name. */
  params: readonly string[]
  call: TemplateFunction
  /** Takes a value that is not defined. */
  takesUndefined?: boolean
  /** Only hands values on, so that a secret may pass. */
  passes?: boolean
  /** The result is a float, and prints as one. */
  float?: boolean
}

/** One row; parameters as words: `sep maxsplit`. */
export function row(
  names: string,
  params: string,
  summary: string,
  call: TemplateFunction,
  more: Pick<Row, 'takesUndefined' | 'passes' | 'float'> = {},
): Row {
  const [name = '', ...aliases] = names.split(' ')
  return { name, aliases, summary, params: params === '' ? [] : params.split(' '), call, ...more }
}

/** Arguments by name, as the last argument of a row that takes any number of others (`*items`). */
export class Named {
  readonly values: Readonly<Record<string, unknown>>

  constructor(values: Readonly<Record<string, unknown>>) {
    this.values = values
  }
}

/** Names that Ansible has and we refuse: the reason follows the name in the message. */
export interface Refusal {
  names: readonly string[]
  why: string
}
