/** What a YAML file says, with the position of every key and value. */
import type { Source } from '../model/diagnostic.ts'

interface YamlScalar {
  kind: 'scalar'
  value: string | number | boolean | null
  source: Source
}

export interface YamlEntry {
  keySource: Source
  node: YamlNode
}

export interface YamlMap {
  kind: 'map'
  entries: ReadonlyMap<string, YamlEntry>
  source: Source
}

interface YamlList {
  kind: 'list'
  items: readonly YamlNode[]
  source: Source
}

export type YamlNode = YamlScalar | YamlMap | YamlList

/** The plain value of a tree; nodes that aliases share are shared. */
export function toValue(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(toValue)
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toValue(entry.node)]))
}
