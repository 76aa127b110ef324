/** Why a template cannot be rendered. */

/** `undefined`: something it names does not exist; `unknown`: a filter, test, method, function or use of an operator that nobody has here; `secret`: it looks into one; `range`: a number would lose digits. */
export type TemplateErrorKind = 'undefined' | 'unknown' | 'secret' | 'range' | 'other'

/** A template that cannot be rendered, with the reason. */
export class TemplateError extends Error {
  readonly kind: TemplateErrorKind

  constructor(message: string, kind: TemplateErrorKind = 'other') {
    super(message)
    this.name = 'TemplateError'
    this.kind = kind
  }
}

/** JavaScript knows whole numbers exactly up to 2^53 alone. */
export function lostDigits(): TemplateError {
  return new TemplateError('a whole number above 2^53 would lose digits', 'range')
}

export function undefinedValue(): TemplateError {
  return new TemplateError('the template has an undefined value', 'undefined')
}
