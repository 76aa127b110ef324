/** An expression over the facts of one host. What hosts say is only ever data in it, never a template. */
import type { Evidence } from '../model/audit.ts'
import type { Fact } from '../model/fact.ts'
import { plainValue } from '../model/plain.ts'
import { evaluateStrictly, TemplateError } from '../text/template.ts'
import type { Verdict } from './define.ts'
import { fail, pass, unjudged } from './define.ts'

/** A fact's name, and the steps into it. */
interface Read {
  path: readonly (string | number)[]
}

/** Facts that tell of what files set, of what connections did, and of what the host is; all others tell what runs. */
const KINDS: Readonly<Record<string, Evidence['kind']>> = {
  sysctl_persisted: 'persistent',
  mptcp_persisted: 'persistent',
  mptcp_dropins: 'persistent',
  unit_files: 'persistent',
  nm_profile: 'persistent',
  nm_keyfile: 'persistent',
  file: 'persistent',
  path: 'persistent',
  boot: 'reboot',
  counters: 'traffic',
  connections: 'traffic',
  os: 'host',
  identity: 'host',
  kernel: 'host',
  tools: 'host',
  packages: 'host',
  wrap_library: 'host',
}

/** `have`: the facts' values by the names that the expression uses. */
export function judgeExpression(
  expression: string,
  reads: readonly Read[],
  facts: Readonly<Record<string, Fact>>,
  have: Readonly<Record<string, unknown>>,
): Verdict {
  const seen = evidenceOf(reads, facts, have)
  try {
    const value = evaluateStrictly(expression, have)
    if (value === true) return pass(`true: ${expression}`, ...seen)
    if (value === false) return fail(`false: ${expression}`, null, ...seen)
    return unjudged(`${expression} gives ${kindOf(value)}, neither true nor false`, ...seen)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    // The message may quote what was read.
    const why = holdsPrivate(have) ? 'it reads a private file, of which errors are not shown' : error.message
    return unjudged(`${expression} cannot be told: ${why}`, ...seen)
  }
}

/** What the expression reads, each thing once, as far as its steps are written out. */
function evidenceOf(
  reads: readonly Read[],
  facts: Readonly<Record<string, Fact>>,
  have: Readonly<Record<string, unknown>>,
): Evidence[] {
  const found = new Map<string, Evidence>()
  for (const { path } of reads) {
    const [name = '', ...steps] = path
    const key = facts[name]?.key ?? String(name)
    const fact = [key, ...steps].join('/')
    // Plain first: the content of a private file is shown as its sum, also where the expression names it.
    const value = steps.reduce<unknown>(stepInto, plainValue(have[name]))
    found.set(fact, { kind: KINDS[key.split('/', 1)[0]!] ?? 'running', fact, value })
  }
  return [...found.values()]
}

/** Whether something in it is shown otherwise than it is. */
function holdsPrivate(have: Readonly<Record<string, unknown>>): boolean {
  return JSON.stringify(plainValue(have)) !== JSON.stringify(have)
}

/** Null where there is nothing. */
function stepInto(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null) return null
  if (step === 'content' && 'sha256' in value) return { sha256: value.sha256 }
  if (!Object.hasOwn(value, step)) return null
  return (value as Record<string | number, unknown>)[step]
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return 'a number'
  return Array.isArray(value) ? 'a list' : 'a mapping'
}
