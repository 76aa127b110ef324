/** Lists of Jinja conditions and expressions in the options, each with its place. */
import type { Diagnostic } from '../../model/diagnostic.ts'
import { errorDiagnostic } from '../../model/diagnostic.ts'
import { unmarkUnsafe } from '../../model/unsafe.ts'
import { truth } from '../../text/template/python.ts'
import { findUnknownNamesInExpression, TemplateError } from '../../text/template.ts'
import type { Locate } from '../../text/validate.ts'
import { newExpression } from '../constructed-evaluate.ts'
import type { Problems } from '../constructed-problems.ts'
import type { OciOptions } from './schema.ts'

type Vars = Readonly<Record<string, unknown>>
type Path = readonly (string | number)[]

/** What evaluates the lists of one file; what is wrong with them goes into the problems. */
export interface Expressions {
  /**
   * Whether one of the conditions at a path is true. What cannot be evaluated is false. As in the plugin, and not as in
   * `groups`, a condition is a template, so that a tag of the text "False" is false, and the number 0, as text, is not.
   */
  anyTrue: (path: Path, list: readonly string[]) => (vars: Vars, name: string) => boolean
  /** The first value that is not empty, or null. */
  first: (path: Path, list: readonly string[]) => (vars: Vars, name: string) => unknown
}

export function newExpressions(locate: Locate, problems: Problems): Expressions {
  const failed = (path: Path, i: number, name: string, error: Parameters<Problems['failed']>[2]): void =>
    problems.failed(path.join('.'), name, error, locate([...path, i], 'value')!)
  return {
    anyTrue: (path, list) => {
      const conditions = list.map(newExpression)
      return (vars, name) =>
        conditions.some((evaluate, i) => {
          const outcome = evaluate(vars)
          if ('error' in outcome) failed(path, i, name, outcome.error)
          return 'value' in outcome && truth(unmarkUnsafe(outcome.value))
        })
    },
    first: (path, list) => {
      const expressions = list.map(newExpression)
      return (vars, name) => {
        for (const [i, evaluate] of expressions.entries()) {
          const outcome = evaluate(vars)
          if ('error' in outcome) failed(path, i, name, outcome.error)
          else if (truth(unmarkUnsafe(outcome.value))) return outcome.value
        }
        return null
      }
    },
  }
}

/** What is wrong with an expression whatever instance it is for: known before anybody is asked. */
export function checkExpressions(options: OciOptions, locate: Locate): Diagnostic[] {
  const keys = ['include_host_filters', 'exclude_host_filters', 'hostname_format_preferences'] as const
  const preferences = Object.entries(options.default_groups_preferences ?? {}).flatMap(([kind, lists]) =>
    (['include', 'exclude'] as const).map((key) => at(['default_groups_preferences', kind, key], lists?.[key] ?? [])),
  )
  return [...keys.map((key) => at([key], options[key])), ...preferences].flatMap(({ path, list }) =>
    list.flatMap((text, i) =>
      mistakes(text, path[0] === 'hostname_format_preferences').map((message) =>
        errorDiagnostic('constructed', `${path.join('.')}: ${message}`, { source: locate([...path, i], 'value') }),
      ),
    ),
  )
}

function at(path: Path, list: readonly string[]): { path: Path; list: readonly string[] } {
  return { path, list }
}

/** The variable, and no key of that name. */
const METADATA = /(?<![\w.'"])metadata\b/

function mistakes(expression: string, isName: boolean): string[] {
  try {
    const unknown = findUnknownNamesInExpression(expression).map(({ message }) => message)
    // With it come passwords for the first start of an instance: it is looked at, and not kept.
    if (isName && METADATA.test(expression)) unknown.push('metadata can be named in host filters alone')
    return unknown
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return [error.message]
  }
}
