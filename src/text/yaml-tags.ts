/** Tags that have a meaning here: those of YAML, and Ansible's own. */
import { Unsafe } from '../model/unsafe.ts'
import type { YamlEntry, YamlNode } from './yaml-node.ts'

const VAULT_TAGS: ReadonlySet<string | undefined> = new Set(['!vault', '!vault-encrypted'])
const KNOWN_TAGS: ReadonlySet<string | undefined> = new Set([
  ...VAULT_TAGS,
  '!unsafe',
  '!!str',
  '!!int',
  '!!float',
  '!!bool',
  '!!null',
  '!!map',
  '!!seq',
])

/** Whether it stands before text that ansible-vault encrypted. */
export function isVaultTag(tag: string | undefined): boolean {
  return VAULT_TAGS.has(tag)
}

/** By its short name: `!!str`, `!vault`. */
export function isKnownTag(tag: string): boolean {
  return KNOWN_TAGS.has(tag)
}

/** A copy in which each text is Unsafe. */
export function unsafeNode(node: YamlNode): YamlNode {
  if (node.kind === 'list') return { ...node, items: node.items.map(unsafeNode) }
  if (node.kind === 'map') {
    const entries = [...node.entries].map(([key, entry]): [string, YamlEntry] => [
      key,
      { ...entry, node: unsafeNode(entry.node) },
    ])
    return { ...node, entries: new Map(entries) }
  }
  return typeof node.value === 'string' ? { ...node, value: new Unsafe(node.value, true) } : node
}
