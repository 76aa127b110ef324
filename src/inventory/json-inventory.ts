/** Inventories as JSON in the form that inventory scripts and `ansible-inventory --list` print: groups, and `_meta.hostvars`. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'
import { Unsafe } from '../model/unsafe.ts'
import { guardSecrets } from '../text/secrets.ts'
import type { Vault } from '../text/vault-values.ts'
import type { Draft, DraftGroup, Variables } from './draft.ts'
import { draftGroup, draftHost } from './draft.ts'

type Json = Record<string, unknown>

/** What `ansible-inventory --list` printed; else null. Ansible cannot read that back; here it stands for what only Ansible reads. */
export function parseExport(text: string): Json | null {
  if (!/^\s*\{/.test(text) || !text.includes('"_meta"')) return null
  try {
    const data: unknown = JSON.parse(withoutLongNumbers(text))
    return isRecord(data) && isRecord(data['_meta']) ? data : null
  } catch {
    return null
  }
}

/** Reads it; its variables are those of whoever wrote the inventory, and may be templates. */
export function readExport(data: Json, draft: Draft, values: Omit<JsonValues, 'mark'>): Diagnostic[] {
  if (isDeeperThan(data, DEEPEST)) {
    const more = { source: values.source, hint: 'write fewer brackets inside brackets' }
    return [errorDiagnostic('inventory-json', TOO_DEEP, more)]
  }
  return readJsonInventory(data, draft, { ...values, mark: (value) => value }).diagnostics
}

/** How values are read: who wrote them decides whether they may be templates. */
export interface JsonValues {
  /** What positions name; JSON of programs has no lines that anybody could look up. */
  source: Source
  vault: Vault
  /** Applied to each value of a variable. */
  mark: (value: unknown) => unknown
}

/** Brackets inside brackets that Ansible's reader follows, about. */
const DEEPEST = 500

/** The JSON of an inventory. Throws DiagnosticsError where it is none. */
export function parseInventoryJson(text: string, source: Source, what: string): Json {
  const refuse = (reason: string): DiagnosticsError =>
    new DiagnosticsError([errorDiagnostic('inventory-json', `${what} ${reason}`, { source, hint: EXAMPLE })])
  let data: unknown
  try {
    data = JSON.parse(withoutLongNumbers(text))
  } catch (error) {
    throw refuse(`no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!isRecord(data)) throw refuse('JSON that is no object')
  if (isDeeperThan(data, DEEPEST)) throw refuse(TOO_DEEP)
  return data
}

const TOO_DEEP = 'JSON that is nested too deeply'
const VARS_FORM = 'write it as: {"_meta": {"hostvars": {"web1": {"name": "value"}}}}'
const EXAMPLE = 'the form is: {"web": {"hosts": ["web1"], "vars": {}}, "_meta": {"hostvars": {"web1": {}}}}'

/**
 * Adds what the JSON says to the draft. The hosts that it names are in the answer, and whether it lacks their variables
 * (`_meta`), so that they have to be asked for one by one.
 */
export function readJsonInventory(
  data: Json,
  draft: Draft,
  values: JsonValues,
): { hosts: string[]; lacksVars: boolean; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const wrong = (summary: string, hint: string): void => {
    diagnostics.push(errorDiagnostic('inventory-shape', summary, { source: values.source, hint }))
  }
  const hosts = new Set<string>()
  for (const [name, group] of Object.entries(data)) {
    if (name === '_meta') continue
    if (name === '') wrong('a group needs a name', 'write it as: {"web": {"hosts": ["web1"]}}')
    else readGroup(draftGroup(draft, name), group)
  }
  const hostvars = isRecord(data['_meta']) ? (data['_meta']['hostvars'] ?? null) : null
  if (hostvars !== null && !isRecord(hostvars)) wrong('_meta.hostvars: expected an object', VARS_FORM)
  else if (hostvars !== null) {
    for (const host of hosts) {
      const vars = Object.hasOwn(hostvars, host) ? hostvars[host] : {}
      if (isRecord(vars)) readJsonVars(vars, `host ${host}`, draft.hosts.get(host)!, values, diagnostics)
      else wrong(`_meta.hostvars: the variables of "${host}" must be an object`, VARS_FORM)
    }
  }
  return { hosts: [...hosts], lacksVars: hostvars === null, diagnostics }

  function readGroup(group: DraftGroup, said: unknown): void {
    const isPlain = !isRecord(said) || !['hosts', 'vars', 'children'].some((key) => Object.hasOwn(said, key))
    // As Ansible: a list alone is hosts, variables alone are those of a group with one host of its name.
    const sections: Json = !isRecord(said) ? { hosts: said } : isPlain ? { hosts: [group.name], vars: said } : said
    for (const host of names(sections, 'hosts', group.name)) {
      hosts.add(host)
      draftHost(draft, group, host)
    }
    const { vars = {} } = sections
    if (isRecord(vars)) readJsonVars(vars, `group ${group.name}`, group.vars, values, diagnostics)
    else wrong(`${group.name}.vars: expected an object`, `write it as: {"${group.name}": {"vars": {"name": "value"}}}`)
    for (const child of names(sections, 'children', group.name)) {
      draftGroup(draft, child)
      if (!group.children.has(child)) group.children.set(child, values.source)
    }
  }

  function names(sections: Json, key: string, group: string): string[] {
    const { [key]: list = [] } = sections
    if (Array.isArray(list) && list.every((name) => typeof name === 'string' && name !== '')) return list as string[]
    wrong(`${group}.${key}: expected a list of names`, `write it as: {"${group}": {"${key}": ["name"]}}`)
    return []
  }
}

/** Reads an object of variables; passwords become secrets at once. `whose`: the host or group that messages name. */
export function readJsonVars(
  vars: Json,
  whose: string,
  into: Variables,
  values: JsonValues,
  diagnostics: Diagnostic[],
): void {
  for (const [name, said] of Object.entries(vars)) {
    if (isInfinite(said)) {
      const summary = `${name} of ${whose}: a number is too large`
      const hint = 'write a smaller one, or put it in quotes'
      diagnostics.push(errorDiagnostic('inventory-shape', summary, { source: values.source, hint }))
      continue
    }
    try {
      const guarded = guardSecrets(name, values.mark(tagged(said, values)), values.source)
      if ('diagnostic' in guarded) diagnostics.push(guarded.diagnostic)
      else into.set(name, { value: guarded.value, source: values.source })
    } catch (error) {
      if (!(error instanceof DiagnosticsError)) throw error
      const named = (each: Diagnostic) => Object.assign({}, each, { summary: `${name} of ${whose}: ${each.summary}` })
      diagnostics.push(...error.diagnostics.map(named))
    }
  }
}

/** JSON has no tags: `{"__ansible_vault": "…"}` and `{"__ansible_unsafe": "…"}` stand for them. */
function tagged(value: unknown, values: JsonValues): unknown {
  if (Array.isArray(value)) return value.map((item) => tagged(item, values))
  if (!isRecord(value)) return value
  const { __ansible_vault: sealed, __ansible_unsafe: unsafe } = value
  if (typeof sealed === 'string') return values.vault.value(sealed, values.source)
  if (typeof unsafe === 'string') return new Unsafe(unsafe, true)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tagged(item, values)]))
}

/** Whether a number is too large for JSON: `1e400`. */
function isInfinite(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(isInfinite)
}

/** Whole numbers that would lose digits become text, as in YAML. */
function withoutLongNumbers(text: string): string {
  if (!/\d{16}/.test(text)) return text
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
  )
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isDeeperThan(value: unknown, most: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []))
  }
  return false
}
