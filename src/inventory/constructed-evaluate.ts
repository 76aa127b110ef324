/** Expressions of constructed inventories, evaluated for host after host. */
import { Secret } from '../model/secret.ts'
import { Unsafe } from '../model/unsafe.ts'
import { misusedSecret } from './constructed-secrets.ts'
import { evaluateCondition, evaluateExpression, hasTemplate, renderValue, TemplateError } from '../text/template.ts'

type Vars = Readonly<Record<string, unknown>>
export type Outcome<T> = { value: T } | { error: TemplateError }

/** Not the same each time though the variables are, or made of variables that the text does not name. */
const IMPURE = /\b(?:random|shuffle|now|lookup|query|q|vars|hostvars|varnames)\b/

/** The value of an expression without braces. */
export function newExpression(text: string): (vars: Vars) => Outcome<unknown> {
  return remembering(text, (vars) => evaluateExpression(text, vars), true)
}

/** Whether an expression without braces is true. */
export function newCondition(text: string): (vars: Vars) => Outcome<boolean> {
  return remembering(text, (vars) => evaluateCondition(text, vars))
}

/** What a template gives; one that is a single expression has the type that the expression has. */
export function newTemplate(template: string): (vars: Vars) => Outcome<unknown> {
  const expression = /^\{\{((?:(?![{}]{2}).)*)\}\}$/s.exec(template)?.[1]
  if (expression !== undefined) return newExpression(expression)
  return remembering(template, (vars) => renderValue(template, vars))
}

/** Hosts with the same values of what a template names get the same result, without asking the engine again. */
function remembering<T>(template: string, evaluate: (vars: Vars) => T, passesOn = false): (vars: Vars) => Outcome<T> {
  const known = new Map<string, Outcome<T>>()
  const names = namesOf(template)
  const guarded = (vars: Vars): T => {
    const misused = misusedSecret(template, vars, passesOn)
    if (misused !== null) throw misused
    return evaluate(vars)
  }
  return (vars) => {
    const key = names === null ? null : keyOf(names, vars)
    const before = key === null ? undefined : known.get(key)
    const outcome = before ?? attempt(() => guarded(vars))
    if (key !== null) known.set(key, outcome)
    return outcome
  }
}

function attempt<T>(evaluate: () => T): Outcome<T> {
  try {
    return { value: evaluate() }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return { error }
  }
}

/** Every word of a template, since any could be a variable; null where it is more than its variables. */
function namesOf(template: string): string[] | null {
  return IMPURE.test(template) ? null : [...new Set(template.match(/[\p{L}_][\p{L}\p{N}_]*/gu))]
}

/** The values as text that differs where they differ; null where they are more than plain data. */
function keyOf(names: readonly string[], vars: Vars): string | null {
  const values = names.map((name) => (Object.hasOwn(vars, name) ? [vars[name]] : []))
  return values.every(isPlain) ? JSON.stringify(values) : null
}

function isPlain(value: unknown): boolean {
  if (typeof value === 'string') return !hasTemplate(value)
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  if (value instanceof Secret || value instanceof Unsafe) return false
  return Object.values(value).every(isPlain)
}
