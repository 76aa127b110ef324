/** The one place that talks to minijinja: settings, filters, and its errors in our words. */
import { createRequire } from 'node:module'
import type { Environment } from 'minijinja-js'
import { didYouMean } from './closest.ts'
import { FILTERS, OVERRIDDEN } from './template-filters.ts'
import type { TemplatePart } from './template-scan.ts'
import { fromEngine, pythonText, TemplateError } from './template-value.ts'

/** Instructions per rendering; a loop of a hundred thousand rounds fits, an endless one ends within 20 ms. */
const FUEL = 500_000

/** Filters of the engine that behave as Ansible's; only named here for suggestions. */
const BUILT_IN = (
  'abs attr batch capitalize count d default dictsort first float groupby indent int items last length lines list ' +
  'lower map max min pluralize reject rejectattr replace reverse round select selectattr slice sort split sum ' +
  'title trim truncate unique upper'
).split(' ')

type Context = Readonly<Record<string, unknown>>

let environment: Environment | null = null
/** A filter that throws would break the engine for good: it leaves its error here instead. */
let filterError: TemplateError | null = null
let taken: unknown

/** The value of one expression, with its own type. */
export function evaluate(expression: string, context: Context): unknown {
  checkNotEmpty(expression)
  taken = undefined
  const source = `{% set __value = (${expression}) %}{{ __value|__take(__value is defined, __value is none) }}`
  run(source, context, `{{ ${expression} }}`)
  return fromEngine(taken)
}

/** The text of a whole template; values print as Python prints them. */
export function renderText(parts: readonly TemplatePart[], context: Context): string {
  const source = parts.map((part) => {
    if (part.kind !== 'expression') return part.text
    checkNotEmpty(part.inner)
    const [before, after] = [part.trimBefore ? '-' : '', part.trimAfter ? '-' : '']
    const print = `__value|__print(__value is defined, __value is none)`
    return `{%${before} set __value = (${part.inner}) %}{{ ${print} ${after}}}`
  })
  return run(source.join(''), context, parts.map((part) => part.text).join(''))
}

/** `written`: the template as its author wrote it; what the engine says about its syntax speaks of nothing else. */
function run(source: string, context: Context, written: string): string {
  const engine = (environment ??= createEnvironment())
  filterError = null
  let text = ''
  try {
    text = engine.renderStr(source, context)
  } catch (error) {
    const reason = filterError ?? explain(error)
    throw reason.message.startsWith('syntax error') ? (syntaxError(engine, written) ?? reason) : reason
  }
  // A filter's error outlives the rendering, whatever the template made of the filter's result.
  const failed = filterError as TemplateError | null
  if (failed !== null) throw failed
  return text
}

function syntaxError(engine: Environment, written: string): TemplateError | null {
  try {
    engine.renderStr(written, {})
    return null
  } catch (error) {
    const reason = explain(error)
    return reason.message.startsWith('syntax error') ? reason : null
  }
}

/** Loaded only for a template that needs it: compiling the engine costs as much as the rest of a program's start. */
function createEnvironment(): Environment {
  const minijinja = createRequire(import.meta.url)('minijinja-js') as typeof import('minijinja-js')
  const engine = new minijinja.Environment()
  engine.enablePyCompat()
  engine.undefinedBehavior = 'strict'
  engine.trimBlocks = true
  engine.keepTrailingNewline = true
  engine.fuel = FUEL
  engine.removeGlobal('debug')
  engine.addFilter('__take', (value: unknown, defined: boolean) => {
    if (!defined) filterError ??= undefinedValue()
    taken = value
    return ''
  })
  engine.addFilter('__print', (value: unknown, defined: boolean) => {
    if (!defined) filterError ??= undefinedValue()
    return pythonText(fromEngine(value))
  })
  for (const [name, filter] of Object.entries(FILTERS)) {
    engine.addFilter(name, (...args: unknown[]) => {
      try {
        return filter(...args.map(fromEngine))
      } catch (error) {
        filterError ??= new TemplateError(`filter "${name}": ${error instanceof Error ? error.message : String(error)}`)
        return null
      }
    })
  }
  return engine
}

function checkNotEmpty(expression: string): void {
  if (expression.trim() === '') throw new TemplateError('there is nothing between "{{" and "}}"')
}

function undefinedValue(): TemplateError {
  return new TemplateError('the template has an undefined value', 'undefined')
}

function explain(error: unknown): TemplateError {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n')
  const message = line.replace(/ \(in <\w+>:\d+\)$/, '')
  // Also "tried to use + operator on unsupported types undefined and number".
  if (/\bundefined\b/.test(message)) return undefinedValue()
  const unknown = /^unknown (filter|test|function|method): (?:\w+ )?(\w+) is unknown/.exec(message)
  if (unknown !== null) {
    const [, kind = '', name = ''] = unknown
    const near = kind === 'filter' ? didYouMean(name, [...BUILT_IN, ...Object.keys(FILTERS), ...OVERRIDDEN]) : ''
    return new TemplateError(`there is no ${kind} "${name}" in this version${near === '' ? '' : `, ${near}`}`)
  }
  if (message.includes('out of fuel')) return new TemplateError('the template runs too long')
  if (message === 'unknown method') return new TemplateError('the template calls a method that its value does not have')
  // After a panic (memory, say) the engine answers nothing any more.
  if ((error instanceof Error && error.name === 'RuntimeError') || message.startsWith('recursive use of an object')) {
    return new TemplateError('the template asked for too much memory, and the template engine ended')
  }
  return new TemplateError(message)
}
