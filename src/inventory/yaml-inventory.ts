/** Reads one YAML inventory into the draft: groups with hosts, children and vars. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { didYouMean } from '../text/closest.ts'
import type { YamlEntry, YamlMap, YamlNode } from '../text/yaml-node.ts'
import { toValue } from '../text/yaml-node.ts'
import type { Draft, DraftGroup, Variables } from './draft.ts'
import { draftGroup, draftHost } from './draft.ts'
import { expandHostPattern } from './host-range.ts'
import { guardSecrets } from '../text/secrets.ts'

const SECTIONS = ['hosts', 'children', 'vars']

/** Adds what the tree says to the draft; every mistake is a diagnostic, and reading goes on after it. */
export function readYamlInventory(root: YamlNode, draft: Draft): Diagnostic[] {
  if (root.kind !== 'map') {
    const hint = 'write groups at the top, as in:\nall:\n  hosts:\n    web1:'
    return [errorDiagnostic('inventory-shape', 'this is no inventory: expected groups', { source: root.source, hint })]
  }
  const plugin = root.entries.get('plugin')
  if (plugin?.node.kind === 'scalar') {
    const summary = 'inventory plugins are not supported yet in this version'
    return [errorDiagnostic('not-supported', summary, { source: plugin.keySource, hint: 'give a YAML inventory' })]
  }
  const diagnostics: Diagnostic[] = []
  for (const [name, entry] of root.entries) readGroup(name, entry, draft, diagnostics)
  return diagnostics
}

/** Reads the variables of a mapping; passwords become secrets at once. */
export function readVariables(node: YamlMap, into: Variables, diagnostics: Diagnostic[]): void {
  for (const [name, entry] of node.entries) {
    const guarded = guardSecrets(name, toValue(entry.node), entry.node.source)
    if ('diagnostic' in guarded) diagnostics.push(guarded.diagnostic)
    else into.set(name, { value: guarded.value, source: entry.node.source })
  }
}

function readGroup(name: string, entry: YamlEntry, draft: Draft, diagnostics: Diagnostic[]): void {
  if (name === '') diagnostics.push(wrong(entry.keySource, 'a group needs a name'))
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
  const expanded = expandHostPattern(pattern)
  if ('error' in expanded || pattern === '') {
    const why = 'error' in expanded ? expanded.error : 'a host needs a name'
    diagnostics.push(wrong(entry.keySource, `host "${pattern}": ${why}`))
    return
  }
  const map = mapOrNothing(entry.node, `host "${pattern}"`, diagnostics)
  const vars: Variables = new Map()
  if (map !== null) readVariables(map, vars, diagnostics)
  for (const name of expanded.names) {
    const isNew = !draft.hosts.has(name)
    const into = draftHost(draft, group, name)
    if (isNew && expanded.port !== null) into.set('ansible_port', { value: expanded.port, source: entry.keySource })
    for (const [key, variable] of vars) into.set(key, variable)
  }
}

function mapOrNothing(node: YamlNode, what: string, diagnostics: Diagnostic[]): YamlMap | null {
  if (node.kind === 'map') return node
  if (node.kind === 'scalar' && node.value === null) return null
  const found = node.kind === 'list' ? 'a list' : `"${String(node.value)}"`
  const asVariables = what.startsWith('host ')
    ? `variables have names, as in: { ansible_host: ${String('value' in node ? node.value : '')} }`
    : ''
  const hint = node.kind === 'list' ? 'write "name:" in each line, without a dash' : asVariables
  diagnostics.push(wrong(node.source, `${what}: expected a mapping, got ${found}`, hint))
  return null
}

function unknownSection(group: string, key: string, section: YamlEntry): Diagnostic {
  const near = didYouMean(key, SECTIONS)
  const summary = `${group}.${key}: unknown key${near === '' ? '' : `, ${near}`}`
  const hint = near === '' ? `a group has hosts, children and vars; put the group "${key}" under children` : ''
  return errorDiagnostic('unknown-key', summary, { source: section.keySource, hint })
}

function wrong(source: Source, summary: string, hint = ''): Diagnostic {
  return errorDiagnostic('inventory-shape', summary, { source, hint })
}
