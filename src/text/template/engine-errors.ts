/** The engine's errors in our words. */
import type { Environment } from 'minijinja-js'
import type { Compiled } from './compile.ts'
import { lostDigits, TemplateError, undefinedValue } from './errors.ts'

/** What the engine says about the template as its author wrote it; null where it has nothing against that. */
export function syntaxError(
  environment: Environment,
  { written }: Compiled,
  missing: TemplateError | null,
): TemplateError | null {
  try {
    environment.renderStr(written, {})
    return null
  } catch (error) {
    const reason = explain(error, written, missing)
    return reason.message.startsWith('syntax error') ? reason : null
  }
}

/** `written`: the template, as its author wrote it. */
export function explain(error: unknown, written: string, missing: TemplateError | null): TemplateError {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n')
  const message = line.replace(/ \(in <?\w+>?:\d+\)$/, '')
  // Also "tried to use + operator on unsupported types undefined and number".
  if (/\bundefined\b/.test(message)) return missing ?? undefinedValue()
  if (message.includes('out of fuel')) return new TemplateError('the template runs too long')
  if (/unable to calculate \S+ \*\* -/.test(message))
    return new TemplateError(
      '"**" takes no negative power of a whole number; the filter pow does: 2 | pow(-1)',
      'unknown',
    )
  // The second: beyond 2^127.
  if (/can't be represented as a JavaScript number|unable to calculate \S+ (?:[-+*]|\*\*) /.test(message))
    return lostDigits()
  if (isPanic(error)) return new TemplateError('the template asks for too much memory')
  if (message.includes('% operator on unsupported types string') && FORMATS.test(written))
    return new TemplateError('"%" does not format text; the filter format does: "%s" | format(name)', 'unknown')
  return new TemplateError(message)
}

/** A text with a place for a value, and the operator. */
const FORMATS = /%[^%]*(["'])\s*%(?!\})/

/** Whether the engine is gone. */
export function isPanic(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    error.name === 'RuntimeError' ||
    error.name === 'RangeError' ||
    error.message.startsWith('recursive use of an object')
  )
}
