/** The entries of `keyed_groups`. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { unmarkUnsafe } from '../model/unsafe.ts'
import { pythonText } from '../text/template/python.ts'
import type { YamlEntry, YamlMap, YamlNode } from '../text/yaml-node.ts'
import { toValue } from '../text/yaml-node.ts'
import type { Expression } from './constructed-fields.ts'
import { expression, flag, isNull, unknownKeys, wrong } from './constructed-fields.ts'

export interface KeyedGroup {
  key: Expression
  prefix: string
  separator: string
  /** A template, or null for no parent. */
  parentGroup: Expression | null
  /** Stands for an empty value. */
  defaultValue: string | null
  /** False: a mapping's empty value leaves the separator behind its key out. */
  trailingSeparator: boolean
  source: Source
}

const KEYED_KEYS = ['key', 'prefix', 'separator', 'parent_group', 'default_value', 'trailing_separator']

/** Reads all of them; what is wrong is added to `diagnostics`. */
export function keyedGroups(map: YamlMap, diagnostics: Diagnostic[]): KeyedGroup[] {
  const entry = map.entries.get('keyed_groups')
  if (entry === undefined || isNull(entry.node)) return []
  if (entry.node.kind === 'list') return entry.node.items.flatMap((item) => keyedGroup(item, diagnostics))
  diagnostics.push(wrong(entry, 'keyed_groups: expected a list', 'begin each group with "- key: expression"'))
  return []
}

function keyedGroup(node: YamlNode, diagnostics: Diagnostic[]): KeyedGroup[] {
  const key = node.kind === 'map' ? node.entries.get('key') : undefined
  if (node.kind !== 'map' || key === undefined) {
    const summary = 'keyed_groups: each entry is a mapping with a key'
    const hint = 'write it as in:\nkeyed_groups:\n  - key: ansible_distribution\n    prefix: os'
    diagnostics.push(errorDiagnostic('inventory-shape', summary, { source: node.source, hint }))
    return []
  }
  diagnostics.push(...unknownKeys(node, KEYED_KEYS, 'keyed_groups: '))
  const given = (name: string): YamlEntry | undefined => {
    const entry = node.entries.get(name)
    return entry === undefined || isNull(entry.node) ? undefined : entry
  }
  const [parent, byDefault, trailing] = [given('parent_group'), given('default_value'), given('trailing_separator')]
  if (byDefault !== undefined && trailing !== undefined) {
    const summary = 'keyed_groups: default_value and trailing_separator exclude each other'
    diagnostics.push(wrong(trailing, summary, 'remove one of them'))
  }
  const text = (name: string, otherwise: string): string => {
    const entry = node.entries.get(name)
    return entry === undefined ? otherwise : pythonText(unmarkUnsafe(toValue(entry.node)))
  }
  return [
    {
      key: expression('keyed_groups: key', key.node, diagnostics),
      prefix: text('prefix', ''),
      separator: text('separator', '_'),
      parentGroup: parent === undefined ? null : { text: text('parent_group', ''), source: parent.node.source },
      defaultValue: byDefault === undefined ? null : text('default_value', ''),
      trailingSeparator: flag(node, 'trailing_separator', true, diagnostics),
      source: node.source,
    },
  ]
}
