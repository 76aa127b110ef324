/** Text from elsewhere (an inventory script's, a cloud's, a host's), in which `{{` is two braces and never a template. */

/** One such text. It is made where the text is parsed, and only where it could be taken for a template. */
export class Unsafe {
  readonly text: string
  /** Whether somebody wrote it as `!unsafe`. */
  readonly tagged: boolean

  constructor(text: string, tagged = false) {
    this.text = text
    this.tagged = tagged
  }
}

const TEMPLATE_MARK = /\{[{%#]/

/** The value with every text in it, keys aside, that looks like a template replaced by an Unsafe. */
export function markUnsafe(value: unknown): unknown {
  return mapTexts(value, (text) => (TEMPLATE_MARK.test(text) ? new Unsafe(text) : text))
}

/** The value with each Unsafe in it replaced by its text: for output, and for whoever renders no templates. */
export function unmarkUnsafe(value: unknown): unknown {
  if (value instanceof Unsafe) return value.text
  if (Array.isArray(value)) return value.map(unmarkUnsafe)
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unmarkUnsafe(item)]))
}

function mapTexts(value: unknown, change: (text: string) => unknown): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change))
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]))
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
