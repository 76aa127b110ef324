/** Jinja templates in values, as Ansible users write them; rendered by minijinja in a sandbox, with fuel. */
import { Secret } from '../model/secret.ts'
import { markUnsafe, Unsafe, unmarkUnsafe } from '../model/unsafe.ts'
import { hasTemplate, isRecord, parseBarePath, parseDefaulted } from './template-scan.ts'
import { pythonLiteral } from './python-literal.ts'
import type { NamedPath, NameProblem } from './template/code.ts'
import type { Compiled } from './template/compile.ts'
import { compileTemplate } from './template/compile.ts'
import { run } from './template/engine.ts'
import { lostDigits, TemplateError } from './template/errors.ts'
import { OMIT } from './template/host-vars.ts'
import { floatText, pythonText } from './template/python.ts'
import type { Vars } from './template/scope.ts'
import { Scope } from './template/scope.ts'

export { hasTemplate } from './template-scan.ts'
export { TemplateError } from './template/errors.ts'

/**
 * Renders every template inside a value; anything else comes back as it is. Text that is one whole `{{ expression }}`
 * keeps the type of the expression. Variables may hold templates themselves. A Secret stays one and can only stand
 * alone; an Unsafe is its text. Undefined where the template says `omit`, which takes out entries of mappings and lists.
 * Throws TemplateError with the reason; the caller knows the position.
 */
export function renderValue(value: unknown, vars: Vars): unknown {
  const rendered = renderDeep(value, new Scope(vars, renderDeep))
  if (rendered === OMIT) return undefined
  return holdsUnsafe(rendered) ? unmarkUnsafe(rendered) : rendered
}

/**
 * The value of a bare Jinja expression (`compose`, keys of `keyed_groups`), with the type that Ansible's templating
 * gives it: a number, True, False or None that a variable named alone has stays one; of all else only mappings, lists,
 * True and False keep their type, the rest is text. Text in it that looks like a template is Unsafe: results are never
 * rendered again. Throws TemplateError.
 */
export function evaluateExpression(expression: string, vars: Vars): unknown {
  const own = vars[expression.trim()]
  if (own === null || typeof own === 'number' || typeof own === 'boolean') return own
  const finish = TEXT_FILTER.test(expression) ? undefined : asAnsible
  return markUnsafe(unmarkUnsafe(renderString(`{{ ${expression} }}`, new Scope(vars, renderDeep), finish)))
}

/** Filters whose text stays text, whatever it looks like (Ansible's STRING_TYPE_FILTERS). */
const TEXT_FILTER = /\|\s*(?:string|to_(?:nice_)?(?:json|yaml))\s*(?:\([^()]*\))?\s*$/

/** Whether a bare Jinja expression is true as Python has it (`groups` of a constructed inventory). Throws TemplateError. */
export function evaluateCondition(expression: string, vars: Vars): boolean {
  return renderString(`{% if ${expression} %}True{% else %}False{% endif %}`, new Scope(vars, renderDeep)) === 'True'
}

/**
 * Names of filters, tests, methods and functions in a template's text that nobody has, also in branches that are not
 * taken, without rendering it; `offset` counts from the start of the text. Throws TemplateError where it cannot be read.
 */
export function findUnknownNames(template: string): readonly NameProblem[] {
  return compiled(template).problems
}

/** The same for a bare expression. */
export function findUnknownNamesInExpression(expression: string): NameProblem[] {
  return compiled(`{{ ${expression} }}`).problems.map(inExpression)
}

/**
 * The value of a bare expression as it is, of whatever type: nothing in it is taken for a template, and text of variables
 * stays text. Throws TemplateError.
 */
export function evaluateStrictly(expression: string, vars: Vars): unknown {
  const value = renderString(`{{ ${expression} }}`, new Scope(markUnsafe(vars) as Vars, renderDeep))
  return holdsUnsafe(value) ? unmarkUnsafe(value) : value
}

/** Variables that a bare expression reads, with their steps, and names in it that nobody has. Throws TemplateError where it is none. */
export function readExpression(expression: string): { reads: NamedPath[]; problems: NameProblem[] } {
  const { reads, problems, single } = compiled(`{{ ${expression} }}`)
  if (!single) throw new TemplateError('syntax error: it is more than one expression')
  if (problems.length === 0) checkSyntax(expression)
  return { reads: reads.map(inExpression), problems: problems.map(inExpression) }
}

/** The engine reads all of it before it asks for the first variable, of which it gets none. */
function checkSyntax(expression: string): void {
  try {
    evaluateStrictly(expression, {})
  } catch (error) {
    if (!(error instanceof TemplateError) || error.message.startsWith('syntax error')) throw error
  }
}

function inExpression<T extends { offset: number }>(found: T): T {
  return { ...found, offset: found.offset - 3 }
}

function asAnsible(value: unknown, isFloat: boolean): unknown {
  if (value === null || value === OMIT) return ''
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TemplateError('the result is no finite number')
  if (!isFloat && losesDigits(value)) throw lostDigits()
  if (typeof value === 'number') return isFloat ? floatText(value) : pythonText(value)
  const text = value instanceof Unsafe ? value.text : value
  if (text === 'True' || text === 'False') return text === 'True'
  if (typeof text !== 'string' || !/^[{[]/.test(text)) return value
  const literal = pythonLiteral(text)
  return typeof literal === 'object' && 'value' in literal ? literal.value : jsonOr(text, value)
}

/** Inside lists and mappings floats are not told from whole numbers. */
function losesDigits(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value)
  if (Array.isArray(value)) return value.some(losesDigits)
  return isRecord(value) && Object.values(value).some(losesDigits)
}

/** Ansible takes null, true and false for Python's words. */
function jsonOr(text: string, value: unknown): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return value
  }
}

function renderDeep(value: unknown, scope: Scope): unknown {
  if (!hasTemplate(value)) return value
  if (typeof value === 'string') return renderString(value, scope)
  if (Array.isArray(value)) return value.map((item) => renderDeep(item, scope)).filter((item) => item !== OMIT)
  const entries = Object.entries(value as Vars).map(([key, item]) => [key, renderDeep(item, scope)] as const)
  return Object.fromEntries(entries.filter(([, item]) => item !== OMIT))
}

function renderString(template: string, scope: Scope, finish = (value: unknown, _isFloat: boolean) => value): unknown {
  const quick = withoutEngine(template, scope)
  if (quick !== undefined) return finish(quick, false)
  const ready = compiled(template)
  const [problem] = ready.problems
  if (problem !== undefined) throw new TemplateError(problem.message, 'unknown')
  const { value, isFloat } = run(ready, scope)
  return finish(value, isFloat)
}

/** A path, or a name with a default, are most templates; undefined where it is more than that. */
function withoutEngine(template: string, scope: Scope): unknown {
  const expression = WHOLE.exec(template)?.[1]
  if (expression === undefined) return undefined
  const path = parseBarePath(expression)
  if (path !== null) return scope.lookUp(path)
  const defaulted = parseDefaulted(expression)
  if (defaulted === null) return undefined
  const value = valueOr(scope, defaulted.name, defaulted.fallback)
  return isPlain(value) ? value : undefined
}

const WHOLE = /^\{\{((?:[^{}'"]|'[^'{}\\]*'|"[^"{}\\]*")*)\}\}$/

function valueOr(scope: Scope, name: string, fallback: unknown): unknown {
  try {
    return scope.lookUp([name])
  } catch (error) {
    if (error instanceof TemplateError && error.kind === 'undefined') return fallback
    throw error
  }
}

/** Values that go through the engine unchanged, so that it need not be asked. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'string') return /^[ -~]*$/.test(value)
  return value === null || typeof value === 'boolean' || Number.isSafeInteger(value) || value instanceof Secret
}

/** Of an inventory, the same few templates are rendered for every host. */
const kept = new Map<string, Compiled>()
const KEPT = 1000

function compiled(template: string): Compiled {
  const known = kept.get(template)
  if (known !== undefined) return known
  const made = compileTemplate(template)
  if (kept.size >= KEPT) kept.clear()
  kept.set(template, made)
  return made
}

function holdsUnsafe(value: unknown): boolean {
  if (value instanceof Unsafe) return true
  if (Array.isArray(value)) return value.some(holdsUnsafe)
  return isRecord(value) && Object.values(value).some(holdsUnsafe)
}
