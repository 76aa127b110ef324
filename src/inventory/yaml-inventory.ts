/** Reads one YAML inventory into the draft: groups with hosts, children and vars. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { didYouMean } from '../text/closest.ts'
import type { YamlEntry, YamlMap, YamlNode } from '../text/yaml-node.ts'
import { jsonKey, toValue } from '../text/yaml-node.ts'
import { addHosts } from './add-hosts.ts'
import type { Draft, DraftGroup, Variables } from './draft.ts'
import { draftGroup } from './draft.ts'
import { guardSecrets } from '../text/secrets.ts'

const SECTIONS = ['hosts', 'children', 'vars']

/** Adds what the tree says to the draft; every mistake is a diagnostic, and reading goes on after it. */
export function readYamlInventory(root: YamlNode, draft: Draft): Diagnostic[] {
  if (root.kind !== 'map') {
    const hint = 'write groups at the top, as in:\nall:\n  hosts:\n    web1:'
    return [errorDiagnostic('inventory-shape', 'this is no inventory: expected groups', { source: root.source, hint })]
  }
  const diagnostics: Diagnostic[] = []
  if (root.entries.size === 0)
    diagnostics.push(
      errorDiagnostic('inventory-empty', 'the inventory is empty', {
        source: root.source,
        hint: 'name at least one group',
      }),
    )
  for (const [name, entry] of root.entries) readGroup(name, entry, draft, diagnostics)
  return diagnostics
}

/** Reads the variables of a mapping; passwords become secrets at once. */
export function readVariables(node: YamlMap, into: Variables, diagnostics: Diagnostic[]): void {
  for (const [key, entry] of node.entries) {
    const name = jsonKey(key, entry)
    const odd = notInJson(entry.node)
    if (odd !== null) {
      const summary = `${name}: a number without an end (.inf, .nan) is no value for an inventory`
      diagnostics.push(errorDiagnostic('foreign-value', summary, { source: odd, hint: 'put it in quotes' }))
      continue
    }
    const guarded = guardSecrets(name, toValue(entry.node), entry.node.source)
    if ('diagnostic' in guarded) diagnostics.push(guarded.diagnostic)
    else into.set(name, { value: guarded.value, source: entry.node.source })
  }
}

/** Where a number stands that JSON does not have. */
function notInJson(node: YamlNode): Source | null {
  if (node.kind === 'scalar') return typeof node.value === 'number' && !Number.isFinite(node.value) ? node.source : null
  const items = node.kind === 'list' ? node.items : [...node.entries.values()].map((entry) => entry.node)
  for (const item of items) {
    const found = notInJson(item)
    if (found !== null) return found
  }
  return null
}

/** A name that is a number or truth to YAML is none to Ansible. */
function checkName(what: 'group' | 'host', name: string, entry: YamlEntry, diagnostics: Diagnostic[]): void {
  if (entry.keyValue !== undefined)
    diagnostics.push(wrong(entry.keySource, `the name of a ${what} must be text`, `put it in quotes: "${name}"`))
  else if (name === '' && what === 'group')
    diagnostics.push(wrong(entry.keySource, 'a group needs a name', 'write it before the colon'))
}

function readGroup(name: string, entry: YamlEntry, draft: Draft, diagnostics: Diagnostic[]): void {
  checkName('group', name, entry, diagnostics)
  const group = draftGroup(draft, name)
  const map = mapOrNothing(entry.node, `group "${name}"`, diagnostics)
  for (const [key, section] of map?.entries ?? []) {
    if (!SECTIONS.includes(key)) {
      diagnostics.push(unknownSection(name, key, section))
    } else if (section.node.kind === 'scalar' && typeof section.node.value === 'string' && key !== 'vars') {
      // As Ansible: one name alone stands for a mapping with that name.
      const only: YamlEntry = { keySource: section.node.source, node: { ...section.node, value: null } }
      readSection(key, new Map([[section.node.value, only]]), group, draft, diagnostics)
    } else {
      const content = mapOrNothing(section.node, `${name}.${key}`, diagnostics)
      if (content === null) continue
      if (key === 'vars') readVariables(content, group.vars, diagnostics)
      else readSection(key, content.entries, group, draft, diagnostics)
    }
  }
}

function readSection(
  section: string,
  entries: ReadonlyMap<string, YamlEntry>,
  group: DraftGroup,
  draft: Draft,
  diagnostics: Diagnostic[],
): void {
  for (const [name, entry] of entries) {
    if (section === 'children') {
      readGroup(name, entry, draft, diagnostics)
      if (!group.children.has(name)) group.children.set(name, entry.keySource)
    } else {
      readHosts(name, entry, group, draft, diagnostics)
    }
  }
}

function readHosts(
  pattern: string,
  entry: YamlEntry,
  group: DraftGroup,
  draft: Draft,
  diagnostics: Diagnostic[],
): void {
  checkName('host', pattern, entry, diagnostics)
  const map = mapOrNothing(entry.node, `host "${pattern}"`, diagnostics)
  const vars: Variables = new Map()
  if (map !== null) readVariables(map, vars, diagnostics)
  const refused = addHosts(draft, group, { pattern, vars, source: entry.keySource })
  if (refused !== null) diagnostics.push(refused)
}

function mapOrNothing(node: YamlNode, what: string, diagnostics: Diagnostic[]): YamlMap | null {
  if (node.kind === 'map') return node
  if (node.kind === 'scalar' && node.value === null) return null
  const text = node.kind === 'scalar' && typeof node.value !== 'object' ? String(node.value) : 'text'
  const found = node.kind === 'list' ? 'a list' : `"${text}"`
  const asVariables = what.startsWith('host ')
    ? `variables have names, as in: { ansible_host: ${text} }`
    : 'write NAME: and what belongs to it, one on each line below'
  const hint = node.kind === 'list' ? 'write "name:" in each line, without a dash' : asVariables
  diagnostics.push(wrong(node.source, `${what}: expected a mapping, got ${found}`, hint))
  return null
}

function unknownSection(group: string, key: string, section: YamlEntry): Diagnostic {
  const near = didYouMean(key, SECTIONS)
  const summary = `${group}.${key}: unknown key${near === '' ? '' : `, ${near}`}`
  const hint = `a group has hosts, children and vars${near === '' ? `; put the group "${key}" under children` : ''}`
  return errorDiagnostic('unknown-key', summary, { source: section.keySource, hint })
}

function wrong(source: Source, summary: string, hint: string): Diagnostic {
  return errorDiagnostic('inventory-shape', summary, { source, hint })
}
