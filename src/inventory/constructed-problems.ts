/** What goes wrong with constructed expressions: each said once, however many hosts it concerns. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import type { TemplateError } from '../text/template.ts'

export interface Problems {
  /** An expression that cannot be evaluated: an error under `strict`, or where it is wrong for every host. */
  failed: (what: string, host: string, error: TemplateError, source: Source) => void
  /** A key without a value: an error under `strict`. */
  empty: (what: string, host: string, source: Source) => void
  /** What is an error in any case. */
  wrong: (summary: string, host: string, hint: string, source: Source) => void
  diagnostics: () => Diagnostic[]
}

export function newProblems(strict: boolean): Problems {
  const found = new Map<string, { summary: string; hint: string; source: Source; hosts: string[] }>()
  const wrong: Problems['wrong'] = (summary, host, hint, source) => {
    const key = `${summary}\0${source.line}:${source.column}`
    const problem = found.get(key) ?? { summary, hint, source, hosts: [] }
    problem.hosts.push(host)
    found.set(key, problem)
  }
  const failed: Problems['failed'] = (what, host, error, source) => {
    // Mistakes of the expression itself, whatever the variables of a host; and what would come out otherwise with Ansible.
    const always = ['unknown', 'secret', 'range'].includes(error.kind) || isSyntax(error)
    if (strict || always) wrong(`${what}: ${error.message}`, host, hintFor(error), source)
  }
  const empty: Problems['empty'] = (what, host, source) => {
    const hint = 'give it a default_value, or set "strict: false"'
    if (strict) wrong(`${what}: the value is empty, so no group can be named after it`, host, hint, source)
  }
  const diagnostics = (): Diagnostic[] =>
    [...found.values()].map(({ summary, hint, source, hosts }) =>
      errorDiagnostic('constructed', `${summary} (${named(hosts)})`, { source, hint }),
    )
  return { failed, empty, wrong, diagnostics }
}

const HINTS = {
  undefined: 'give the variable to every host, use the filter default, or set "strict: false"',
  unknown: '"mptcp-fleet doc filters", "doc tests" and "doc methods" list what there is',
  secret:
    'pass it on as it is (compose: {x: name}), ask whether it "is defined", or decide by a variable that is not encrypted',
  range: 'write it as text, in quotes',
  other: 'write it otherwise, or set "strict: false" so that it is left out where it fails',
}

/** What to do about an expression that cannot be evaluated. */
export function hintFor(error: TemplateError): string {
  if (error.message.includes(' is refused')) return 'write the value into a variable of the inventory'
  return isSyntax(error) ? 'write a Jinja expression without braces, as in: n > 1' : HINTS[error.kind]
}

function isSyntax({ message }: TemplateError): boolean {
  return message.startsWith('syntax error')
}

function named([first = '', ...others]: readonly string[]): string {
  if (others.length === 0) return `host ${first}`
  return `host ${first} and ${others.length} more`
}

/** A name that can stand for a group: what no variable's name can hold is replaced, as Ansible does for plugins. */
export function safeGroupName(name: string): string {
  return name.replaceAll(/^\p{Nd}|[^\p{L}\p{N}_]/gu, '_')
}
