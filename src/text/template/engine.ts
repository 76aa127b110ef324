/** Renders compiled templates by minijinja, each parsed once, variables within variables by further engines. */
import type { Environment } from 'minijinja-js'
import type { Run } from './bindings.ts'
import { createEnvironment, forgetEngine } from './bindings.ts'
import type { Compiled } from './compile.ts'
import { explain, isPanic, syntaxError } from './engine-errors.ts'
import { TemplateError } from './errors.ts'
import type { Scope } from './scope.ts'
import { Exchange } from './values.ts'

/** Variables that hold templates with variables that hold templates… Each level needs an engine of its own. */
const DEEPEST = 50
/** Templates that an engine keeps, so that they are parsed once for all hosts. */
const KEPT = 500

interface Engine {
  environment: Environment
  kept: Map<Compiled, string>
}

const engines: Engine[] = []
let depth = 0
let current: Run | null = null

/**
 * The text of a template, or the value of one that is a single expression, None being null; `isFloat`: it prints as one.
 * Throws TemplateError.
 */
export function run(compiled: Compiled, scope: Scope): { value: unknown; isFloat: boolean } {
  if (depth >= DEEPEST) throw new TemplateError(`variables refer to others more than ${DEEPEST} times in a row`)
  const engine = (engines[depth] ??= { environment: createEnvironment(() => current!), kept: new Map() })
  const before = current
  const mine: Run = {
    exchange: new Exchange(compiled.orders),
    scope,
    error: null,
    missing: null,
    taken: null,
    products: new Map(),
  }
  current = mine
  depth++
  try {
    const text = render(engine, compiled, mine)
    if (mine.error !== null) throw mine.error
    const { value, isFloat } = mine.taken ?? { value: text, isFloat: false }
    return { value: mine.exchange.decodeSecrets(value), isFloat }
  } finally {
    depth--
    current = before
  }
}

function render({ environment, kept }: Engine, compiled: Compiled, mine: Run): string {
  try {
    const name = kept.get(compiled) ?? keep(environment, kept, compiled)
    return environment.renderTemplate(name, {})
  } catch (error) {
    if (isPanic(error)) {
      engines.length = 0
      forgetEngine()
    }
    const reason = mine.error ?? explain(error, compiled.written, mine.missing)
    throw reason.message.startsWith('syntax error')
      ? (syntaxError(environment, compiled, mine.missing) ?? reason)
      : reason
  }
}

function keep(environment: Environment, kept: Map<Compiled, string>, compiled: Compiled): string {
  if (kept.size >= KEPT) {
    environment.clearTemplates()
    kept.clear()
  }
  const name = `t${kept.size}`
  environment.addTemplate(name, compiled.source)
  kept.set(compiled, name)
  return name
}
