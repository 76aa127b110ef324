/** The variables that a template sees; each is rendered once, when it is first needed. */
import { didYouMean } from '../closest.ts'
import { TemplateError } from './errors.ts'
import { HostVars, OwnVars } from './host-vars.ts'
import { isMapping, member } from './python.ts'
import { asLazy } from './values.ts'

export type Vars = Readonly<Record<string, unknown>>
export type Render = (value: unknown, scope: Scope) => unknown

const hostScopes = new WeakMap<HostVars, object>()

export class Scope {
  readonly #vars: Vars
  readonly #render: Render
  readonly #done = new Map<string, unknown>()
  readonly #open: string[] = []
  #all: object | null = null

  constructor(vars: Vars, render: Render) {
    this.#vars = vars
    this.#render = render
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#vars, name)
  }

  /** Follows `name.key[0]`. Throws TemplateError of kind `undefined` where there is nothing. */
  lookUp([name = '', ...steps]: readonly unknown[]): unknown {
    let value = this.#variable(String(name))
    let walked = String(name)
    for (const step of steps) {
      const next = member(value, step)
      if (next === undefined) {
        const near = didYouMean(String(step), isMapping(value) ? Object.keys(value) : [])
        throw new TemplateError(`"${walked}" has no "${String(step)}"${near === '' ? '' : `, ${near}`}`, 'undefined')
      }
      value = next
      walked = typeof step === 'number' ? `${walked}[${step}]` : `${walked}.${String(step)}`
    }
    return value
  }

  #variable(name: string): unknown {
    if (this.has(name)) {
      const value = this.#resolve(name)
      if (value instanceof OwnVars) return (this.#all ??= this.#everything())
      return value instanceof HostVars ? this.#hosts(value) : value
    }
    const near = didYouMean(name, Object.keys(this.#vars))
    throw new TemplateError(`the variable "${name}" is not defined${near === '' ? '' : `, ${near}`}`, 'undefined')
  }

  #resolve(name: string): unknown {
    if (this.#done.has(name)) return this.#done.get(name)
    if (this.#open.includes(name)) {
      throw new TemplateError(`the variable refers to itself: ${[...this.#open, name].join(' → ')}`)
    }
    this.#open.push(name)
    try {
      const value = this.#render(this.#vars[name], this)
      this.#done.set(name, value)
      return value
    } finally {
      this.#open.pop()
    }
  }

  #everything(): object {
    return getters(Object.keys(this.#vars), (name) => this.#variable(name))
  }

  #hosts(hosts: HostVars): object {
    const known = hostScopes.get(hosts)
    if (known !== undefined) return known
    const of = new Map<string, object>()
    const made = getters(hosts.names, (name) => {
      const scope = of.get(name) ?? new Scope(hosts.varsOf(name), this.#render).#everything()
      of.set(name, scope)
      return scope
    })
    hostScopes.set(hosts, made)
    return made
  }
}

function getters(names: readonly string[], get: (name: string) => unknown): object {
  const all = Object.create(Object.prototype) as object
  for (const name of names) Object.defineProperty(all, name, { enumerable: true, get: () => get(name) })
  return asLazy(all)
}
