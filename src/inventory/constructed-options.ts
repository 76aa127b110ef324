/** The options of constructed inventories: which variables and groups are made out of the variables of hosts. */
import type { Diagnostic } from '../model/diagnostic.ts'
import type { YamlMap } from '../text/yaml-node.ts'
import type { Expression } from './constructed-fields.ts'
import { expression, flag, isNull, wrong } from './constructed-fields.ts'
import type { KeyedGroup } from './constructed-keyed-options.ts'
import { keyedGroups } from './constructed-keyed-options.ts'

export interface ConstructedOptions {
  /** What cannot be evaluated for a host is an error; else it is left out. */
  strict: boolean
  /** False: a group without a prefix begins with its value, not with the separator. */
  leadingSeparator: boolean
  /** By name of the variable that is set. */
  compose: ReadonlyMap<string, Expression>
  /** By name of the group that a host joins where the expression is true. */
  groups: ReadonlyMap<string, Expression>
  keyedGroups: readonly KeyedGroup[]
}

/** The keys that `parseConstructed` reads; the others are its caller's. */
export const CONSTRUCTED_KEYS: readonly string[] = [
  'strict',
  'compose',
  'groups',
  'keyed_groups',
  'leading_separator',
  'use_extra_vars',
]

/** Reads the keys of CONSTRUCTED_KEYS out of an inventory plugin's file; what is wrong with them is added to `diagnostics`. */
export function parseConstructed(map: YamlMap, diagnostics: Diagnostic[]): ConstructedOptions {
  if (flag(map, 'use_extra_vars', false, diagnostics)) {
    const hint = 'remove it, and write the values into group_vars/all.yml'
    diagnostics.push(
      wrong(map.entries.get('use_extra_vars')!, 'use_extra_vars: there are no extra variables here', hint),
    )
  }
  return {
    strict: flag(map, 'strict', false, diagnostics),
    leadingSeparator: flag(map, 'leading_separator', true, diagnostics),
    compose: expressions(map, 'compose', diagnostics),
    groups: expressions(map, 'groups', diagnostics),
    keyedGroups: keyedGroups(map, diagnostics),
  }
}

function expressions(map: YamlMap, name: string, diagnostics: Diagnostic[]): Map<string, Expression> {
  const entry = map.entries.get(name)
  if (entry === undefined || isNull(entry.node)) return new Map()
  if (entry.node.kind !== 'map') {
    const hint = `write one name: expression in each line, as in:\n${name}:\n  example: inventory_hostname`
    diagnostics.push(wrong(entry, `${name}: expected a mapping of names to expressions`, hint))
    return new Map()
  }
  const written = [...entry.node.entries]
  return new Map(written.map(([key, { node }]) => [key, expression(`${name}.${key}`, node, diagnostics)]))
}
