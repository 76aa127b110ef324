/** The one place that sets minijinja up: its settings, and what of ours templates call. */
import { createRequire } from 'node:module'
import type { Environment } from 'minijinja-js'
import { TemplateError, undefinedValue } from './errors.ts'
import { invoke } from './invoke.ts'
import { floatText, isMapping, member, pythonText } from './python.ts'
import type { Product } from './repetition.ts'
import { takeFactor } from './repetition.ts'
import { DICT } from './rows/mappings.ts'
import type { Scope } from './scope.ts'
import { findRow, rowsOf } from './table.ts'
import type { Exchange } from './values.ts'

/** Instructions per rendering; a loop of a hundred thousand rounds fits, an endless one ends within 20 ms. */
const FUEL = 500_000

/** One rendering. */
export interface Run {
  exchange: Exchange
  scope: Scope
  /** A function that throws would break the engine for good: it leaves its error here instead. */
  error: TemplateError | null
  /** What the last variable that was not defined is. */
  missing: TemplateError | null
  taken: { value: unknown; isFloat: boolean } | null
  /** Products that are being worked out, by their places. */
  products: Map<unknown, Product>
}

type Binding = (...args: unknown[]) => unknown
type Work = (mine: Run, args: readonly unknown[]) => unknown
type Plain = (mine: Run, value: unknown, ...rest: unknown[]) => unknown

const require = createRequire(import.meta.url)

/** After a panic (memory, say) an engine answers nothing any more, and no other of its instance does: the next is a new one. */
export function forgetEngine(): void {
  delete require.cache[require.resolve('minijinja-js')]
}

/** Loaded only for a template that needs it: compiling the engine costs as much as the rest of a program's start. */
export function createEnvironment(current: () => Run): Environment {
  const minijinja = require('minijinja-js') as typeof import('minijinja-js')
  const environment = new minijinja.Environment()
  environment.undefinedBehavior = 'strict'
  environment.trimBlocks = true
  environment.keepTrailingNewline = true
  environment.fuel = FUEL
  environment.removeGlobal('debug')
  const guard = (work: Work): Binding => bind(current, work)
  const plain = (work: Plain): Binding => bind(current, (mine, args) => work(mine, ...fromEngine(mine, args)))
  const globals = {
    __factor: plain((mine, id, isFirst, factor) => {
      if (isFirst === true) mine.products.set(id, { length: null, times: 1 })
      const product = mine.products.get(id)
      if (product === undefined || takeFactor(product, factor)) return true
      mine.error ??= new TemplateError('the template repeats something too often')
      return false
    }),
    __need: plain((mine, ...path) => mine.scope.lookUp(path)),
    __at: plain((mine, ...path) => orUndefined(mine, () => mine.scope.lookUp(path))),
    __in: plain((_, value, ...steps) => steps.reduce(member, value)),
    __within: plain((mine, name) => {
      const value = mine.scope.lookUp([name])
      return isMapping(value) ? Object.keys(value) : value
    }),
    __dict: guard((mine, args) => invoke(DICT, args.length === 0 ? [[]] : args, mine)),
    __call: guard((mine, args) => invoke(method(String(args[0])), args.slice(1), mine)),
    __ask: guard((mine, args) => defined(mine, invoke(method(String(args[0])), args.slice(1), mine))),
  }
  for (const [name, work] of Object.entries(globals)) environment.addGlobal(name, work)
  environment.addFilter(
    '__take',
    plain((mine, value, isFloat) => ((mine.taken = { value: defined(mine, value), isFloat: isFloat === true }), '')),
  )
  environment.addFilter(
    '__print',
    plain((mine, value, isFloat) => printed(defined(mine, value), isFloat === true)),
  )
  environment.addFilter(
    '__text',
    plain((mine, value) => pythonText(defined(mine, value))),
  )
  environment.addFilter(
    '__iter',
    plain((mine, value) => (isMapping(defined(mine, value)) ? Object.keys(value as object) : value)),
  )
  for (const row of rowsOf('filter')) {
    environment.addFilter(
      `f_${row.name}`,
      guard((mine, args) => invoke(row, args, mine)),
    )
    environment.addFilter(
      `e_${row.name}`,
      guard((mine, args) => defined(mine, invoke(row, args, mine))),
    )
  }
  for (const row of rowsOf('test'))
    environment.addTest(
      `t_${row.name}`,
      guard((mine, args) => invoke(row, args, mine)),
    )
  return environment
}

function bind(current: () => Run, work: Work): Binding {
  return (...args) => {
    const mine = current()
    try {
      return mine.exchange.toEngine(work(mine, args))
    } catch (error) {
      mine.error ??= asTemplateError(error)
      return null
    }
  }
}

function fromEngine(mine: Run, args: readonly unknown[]): [unknown, ...unknown[]] {
  return args.map((each) => mine.exchange.fromEngine(each)) as [unknown, ...unknown[]]
}

function method(name: string): NonNullable<ReturnType<typeof findRow>> {
  return findRow('method', name)!
}

function printed(value: unknown, isFloat: boolean): string {
  if (value === null) return ''
  return isFloat ? floatText(Number(value)) : pythonText(value)
}

function orUndefined(mine: Run, look: () => unknown): unknown {
  try {
    return look()
  } catch (error) {
    if (!(error instanceof TemplateError) || error.kind !== 'undefined') throw error
    mine.missing = error
    return undefined
  }
}

function defined(mine: Run, value: unknown): unknown {
  if (holdsUndefined(value)) throw mine.missing ?? undefinedValue()
  return value
}

function holdsUndefined(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.some(holdsUndefined))
}

function asTemplateError(error: unknown): TemplateError {
  if (error instanceof TemplateError) return error
  return new TemplateError(error instanceof Error ? error.message : String(error))
}
