/** Jinja templates in values, as Ansible users write them; rendered by minijinja in a sandbox, with fuel. */
import { Secret } from '../model/secret.ts'
import { hasTemplate, isRecord, namesIn, parseBarePath, parseDefaulted, scanTemplate } from './template-scan.ts'
import type { TemplatePart } from './template-scan.ts'
import { evaluate, renderText } from './template-engine.ts'
import { decodeSecrets, encodeSecrets, TemplateError } from './template-value.ts'
import { didYouMean } from './closest.ts'

export { hasTemplate } from './template-scan.ts'
export { TemplateError } from './template-value.ts'

/** Names that Ansible has and this version has not; they deserve a better answer than "undefined". */
const NOT_YET = new Set(['hostvars', 'lookup', 'query', 'q', 'omit', 'vars'])

type Vars = Readonly<Record<string, unknown>>

/**
 * Renders every template inside a value; anything else comes back as it is. Text that is one whole `{{ expression }}`
 * keeps the type of the expression. Variables may hold templates themselves. A Secret stays one and can only stand
 * alone. Throws TemplateError with the reason; the caller knows the position.
 */
export function renderValue(value: unknown, vars: Vars): unknown {
  return renderDeep(value, new Scope(vars))
}

function renderDeep(value: unknown, scope: Scope): unknown {
  if (!hasTemplate(value)) return value
  if (typeof value === 'string') return renderString(value, scope)
  if (Array.isArray(value)) return value.map((item) => renderDeep(item, scope))
  const entries = Object.entries(value as Record<string, unknown>)
  return Object.fromEntries(entries.map(([key, item]) => [key, renderDeep(item, scope)]))
}

function renderString(template: string, scope: Scope): unknown {
  const parts = scanTemplate(template)
  const [only] = parts
  if (parts.length === 1 && only?.kind === 'expression') {
    const path = parseBarePath(only.inner)
    if (path !== null) return scope.lookUp(path)
    const defaulted = parseDefaulted(only.inner)
    if (defaulted !== null) {
      const { name, fallback } = defaulted
      const value = scope.has(name) && scope.reasonAgainst(name) === null ? scope.resolve(name) : fallback
      if (isPlain(value)) return value
    }
    const { context, secrets } = contextFor(parts, scope)
    return decodeSecrets(
      explained(parts, scope, () => evaluate(only.inner, context)),
      secrets,
    )
  }
  const { context, secrets } = contextFor(parts, scope)
  const text = explained(parts, scope, () => renderText(parts, context))
  return decodeSecrets(text, secrets)
}

/** Values that go through the engine unchanged, so that it need not be asked. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'string') return /^[ -~]*$/.test(value)
  return value === null || typeof value === 'boolean' || Number.isSafeInteger(value) || value instanceof Secret
}

/** The variables that the template can name, rendered; those that cannot be rendered are left out and explained later. */
function contextFor(parts: readonly TemplatePart[], scope: Scope): { context: Vars; secrets: Secret[] } {
  const secrets: Secret[] = []
  const context: Record<string, unknown> = {}
  for (const name of namesIn(parts)) {
    if (scope.has(name) && scope.reasonAgainst(name) === null)
      context[name] = encodeSecrets(scope.resolve(name), secrets)
  }
  return { context, secrets }
}

/** Runs one evaluation; "undefined value" becomes the name that is undefined and why. */
function explained<T>(parts: readonly TemplatePart[], scope: Scope, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof TemplateError) || error.kind !== 'undefined') throw error
    for (const name of namesIn(parts)) {
      const reason = scope.has(name) ? scope.reasonAgainst(name) : null
      if (reason !== null) throw new TemplateError(`the variable "${name}" cannot be used: ${reason}`)
    }
    const missing = namesIn(parts).find((name) => !scope.has(name) && !scope.isLocal(name, parts))
    if (missing !== undefined) throw scope.undefinedName(missing)
    throw error
  }
}

/** The variables of one rendering; each is rendered once, when it is first needed. */
class Scope {
  readonly #vars: Vars
  readonly #done = new Map<string, unknown>()
  readonly #open: string[] = []

  constructor(vars: Vars) {
    this.#vars = vars
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#vars, name)
  }

  resolve(name: string): unknown {
    if (this.#done.has(name)) return this.#done.get(name)
    if (this.#open.includes(name)) {
      throw new TemplateError(`the variable refers to itself: ${[...this.#open, name].join(' → ')}`)
    }
    this.#open.push(name)
    try {
      const value = renderDeep(this.#vars[name], this)
      this.#done.set(name, value)
      return value
    } finally {
      this.#open.pop()
    }
  }

  /** Why a variable cannot be rendered, or null where it can. */
  reasonAgainst(name: string): string | null {
    try {
      this.resolve(name)
      return null
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      return error.message
    }
  }

  /** Follows `name.key[0]` without the engine, which keeps order, types and secrets as they are. */
  lookUp([name = '', ...steps]: readonly (string | number)[]): unknown {
    if (!this.has(String(name))) throw this.undefinedName(String(name))
    let value = this.resolve(String(name))
    let walked = String(name)
    for (const step of steps) {
      const next = member(value, step)
      if (next === undefined) {
        const known = isRecord(value) ? Object.keys(value) : []
        const near = didYouMean(String(step), known)
        throw new TemplateError(`"${walked}" has no "${step}"${near === '' ? '' : `, ${near}`}`, 'undefined')
      }
      value = next
      walked = typeof step === 'number' ? `${walked}[${step}]` : `${walked}.${step}`
    }
    return value
  }

  undefinedName(name: string): TemplateError {
    if (NOT_YET.has(name)) return new TemplateError(`"${name}" is not supported yet in this version`)
    const near = didYouMean(name, Object.keys(this.#vars))
    return new TemplateError(`the variable "${name}" is not defined${near === '' ? '' : `, ${near}`}`, 'undefined')
  }

  /** Names that the template itself brings (loop variables, set, macros). */
  isLocal(name: string, parts: readonly TemplatePart[]): boolean {
    return parts.some((part) => part.kind === 'statement' && new RegExp(`\\b${name}\\b`).test(part.inner))
  }
}

function member(value: unknown, step: string | number): unknown {
  if (Array.isArray(value)) return typeof step === 'number' ? (value.at(step) as unknown) : undefined
  return isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined
}
