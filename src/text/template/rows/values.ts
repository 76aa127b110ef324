/** Filters for any value: defaults, truth, types. */
import { compare, isMapping, items, pythonText, truth, typeName } from '../python.ts'
import { row } from '../row.ts'
import { TemplateError } from '../errors.ts'

const YES = new Set(['yes', 'on', '1', 'true'])

export const VALUE_FILTERS = [
  row(
    'default d',
    'default_value boolean',
    'another value where this one is not defined (or, with true, is empty)',
    (value, other = '', empty = false) => (value === undefined || (truth(empty) && !truth(value)) ? other : value),
    { takesUndefined: true, passes: true },
  ),
  row(
    'mandatory',
    'msg',
    'the value; an error where it is not defined',
    (value, message = null) => {
      if (value === undefined)
        throw new TemplateError(message === null ? 'a mandatory variable is not defined' : pythonText(message))
      return value
    },
    { takesUndefined: true, passes: true },
  ),
  row(
    'ternary',
    'true_val false_val none_val',
    'one of two values, by the truth of this one',
    (value, yes, no, none = null) => (value === null && none !== null ? none : truth(value) ? yes : no),
    { passes: true },
  ),
  row('bool', '', 'true for yes, on, 1 and true, false for all else', (value) =>
    value === null
      ? null
      : value === true || value === 1 || (typeof value === 'string' && YES.has(value.toLowerCase())),
  ),
  row('string', '', 'the value as text', (value) => pythonText(value)),
  row('length count', '', 'how many items, keys or characters it has', (value) => {
    if (typeof value === 'string') return Array.from(value).length
    return items(value).length
  }),
  row('type_debug', '', 'the name of its type in Python', (value) => typeName(value)),
  row('attr', 'name', 'always undefined: values of an inventory have keys, not attributes', () => undefined),
  row(
    'items',
    '',
    'pairs of key and value of a mapping',
    (value) => {
      if (value === undefined) return []
      if (!isMapping(value)) throw new TypeError('takes a mapping')
      return Object.entries(value)
    },
    { takesUndefined: true },
  ),
  row('list', '', 'its items, keys or characters as a list', (value) => items(value)),
]

/** As Jinja's filters compare, unless they are told to mind case. */
export function folded(value: unknown, caseSensitive: unknown): unknown {
  return typeof value === 'string' && !truth(caseSensitive) ? value.toLowerCase() : value
}

/** Sorted as Python does it, stable; throws TypeError where two values have no order. */
export function sorted<T>(values: readonly T[], key: (value: T) => unknown, reverse = false): T[] {
  const keyed = values.map((value) => [key(value), value] as const)
  const sign = reverse ? -1 : 1
  return keyed.toSorted(([a], [b]) => sign * order(a, b)).map(([, value]) => value)
}

function order(a: unknown, b: unknown): number {
  return compare(a, b)
}
