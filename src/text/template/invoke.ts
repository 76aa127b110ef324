/** Calls a filter, test or method of the table with what the engine handed over. */
import { apply } from './apply.ts'
import { TemplateError } from './errors.ts'
import type { Row } from './row.ts'
import { Named } from './row.ts'
import type { Exchange } from './values.ts'
import { holdsSecret, holdsSecretDeep, isSecret, secretInText } from './values.ts'

interface Rendering {
  exchange: Exchange
  missing: TemplateError | null
}

/** The row's answer. Throws TemplateError that names the row. */
export function invoke(row: Row, given: readonly unknown[], { exchange, missing }: Rendering): unknown {
  const [value, ...args] = given.map((each) => {
    if (!(each instanceof Map) || !each.has('__named')) return exchange.fromEngine(each)
    const { __named: _, ...values } = exchange.fromEngine(each) as Record<string, unknown>
    return new Named(values)
  })
  if (value === undefined && row.takesUndefined !== true && missing !== null) throw missing
  if (row.passes === true || !exchange.hasSecrets) return apply(row, value, args)
  if (holdsSecret(value)) throw secretInText(row.name)
  const result = apply(row, value, args)
  // Of a list with a secret in it, only what leaves that whole.
  if (typeof result === 'string' && !isSecret(result) && [value, ...args].some(holdsSecretDeep))
    throw secretInText(row.name)
  return result
}
