/** What a YAML file says, with the position of every key and value. */
import type { Source } from '../model/diagnostic.ts'
import type { Secret } from '../model/secret.ts'
import type { Unsafe } from '../model/unsafe.ts'

interface YamlScalar {
  kind: 'scalar'
  /** A Secret for `!vault`, an Unsafe for the texts of `!unsafe`. */
  value: string | number | boolean | null | Secret | Unsafe
  source: Source
}

export interface YamlEntry {
  keySource: Source
  /** What the key is where it is no text, as in `1: x`; the map has it as it is spelt. */
  keyValue?: number | boolean | null
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
  return Object.fromEntries([...node.entries].map(([key, entry]) => [jsonKey(key, entry), toValue(entry.node)]))
}

/** The key as JSON has it: `yes` and `0x10` are "true" and "16". */
export function jsonKey(key: string, { keyValue }: YamlEntry): string {
  return keyValue === undefined ? key : String(keyValue)
}
