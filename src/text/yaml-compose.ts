/** From the YAML parser's nodes to ours: resolves scalars, aliases and merge keys, refuses what has no meaning here. */
import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml'
import type { Alias, ParsedNode, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'
import { Unsafe } from '../model/unsafe.ts'
import type { Vault } from './vault-values.ts'
import { resolveNumber, resolvePlain } from './yaml-scalar.ts'
import type { YamlEntry, YamlNode } from './yaml-node.ts'
import { isKnownTag, isVaultTag, unsafeNode } from './yaml-tags.ts'

/** Nodes that aliases may stand for in one file; an alias bomb reaches it, nothing written by hand does. */
const MAX_EXPANDED = 100_000

type KeyName = { name: string } & Pick<YamlEntry, 'keyValue'>

/** One walk over one document; `diagnostics` fills as it goes. */
export class Composer {
  readonly diagnostics: Diagnostic[] = []
  readonly #at: (offset: number) => Source
  readonly #vault: Vault
  readonly #isJson: boolean
  readonly #anchors = new Map<string, YamlNode | 'open'>()
  readonly #sizes = new Map<YamlNode, number>()
  #expanded = 0

  constructor(at: (offset: number) => Source, vault: Vault, isJson = false) {
    this.#at = at
    this.#vault = vault
    this.#isJson = isJson
  }

  compose(node: ParsedNode | null): YamlNode {
    if (node === null) return { kind: 'scalar', value: null, source: this.#at(0) }
    const source = this.#at(node.range[0])
    if (isAlias(node)) return this.#alias(node, source)
    if (node.anchor !== undefined) this.#anchor(node.anchor, 'open', source)
    this.#checkTag(node, source)
    const result = this.#collection(node, source)
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, result)
    return result
  }

  #collection(node: Scalar.Parsed | YAMLMap.Parsed | YAMLSeq.Parsed, source: Source): YamlNode {
    if (isVaultTag(node.tag)) return this.#sealed(isScalar(node) ? String(node.value) : null, source)
    if (node.tag !== '!unsafe') return this.#plain(node, source)
    return isScalar(node)
      ? { kind: 'scalar', value: new Unsafe(String(node.value), true), source }
      : unsafeNode(this.#plain(node, source))
  }

  /** A value that ansible-vault encrypted; null: no text. */
  #sealed(text: string | null, source: Source): YamlNode {
    const empty: YamlNode = { kind: 'scalar', value: null, source }
    if (text === null) {
      this.#error(
        'yaml-tag',
        '!vault stands before something that is no text',
        source,
        'it is for what ansible-vault encrypt_string prints',
      )
      return empty
    }
    try {
      return { ...empty, value: this.#vault.value(text, source) }
    } catch (error) {
      if (!(error instanceof DiagnosticsError)) throw error
      this.diagnostics.push(...error.diagnostics)
      return empty
    }
  }

  #plain(node: Scalar.Parsed | YAMLMap.Parsed | YAMLSeq.Parsed, source: Source): YamlNode {
    if (isScalar(node)) return { kind: 'scalar', value: this.#scalar(node, source), source }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.compose(item))
      return this.#sized({ kind: 'list', items, source }, items)
    }
    const entries = this.#entries(node)
    const special = this.#isJson ? (entries.get('__ansible_vault') ?? entries.get('__ansible_unsafe')) : undefined
    if (special?.node.kind === 'scalar' && typeof special.node.value === 'string') {
      if (entries.has('__ansible_vault')) return this.#sealed(special.node.value, special.node.source)
      return unsafeNode(special.node)
    }
    return this.#sized(
      { kind: 'map', entries, source },
      [...entries.values()].map((entry) => entry.node),
    )
  }

  #entries(node: YAMLMap.Parsed): Map<string, YamlEntry> {
    const own = new Map<string, YamlEntry>()
    const merged = new Map<string, YamlEntry>()
    const known = new Set<unknown>()
    for (const pair of node.items) {
      if (!isPair(pair)) continue
      const key = pair.key as ParsedNode | null
      const keySource = this.#at(key?.range[0] ?? node.range[0])
      const isMerge = isScalar(key) && key.type === 'PLAIN' && key.source === '<<'
      const told = isMerge ? null : this.#key(key, keySource)
      if (!isMerge && told === null) {
        this.#badKey(key, keySource)
        continue
      }
      const value = this.compose(pair.value)
      if (told === null) this.#merge(merged, value)
      else {
        const { name, ...rest } = told
        // As Python has it: 1, 1.0 and true are one key.
        const same = typeof rest.keyValue === 'boolean' ? Number(rest.keyValue) : rest.keyValue
        if (own.has(name) || (same !== undefined && known.has(same))) this.#duplicate(name, keySource)
        known.add(same)
        own.set(name, { keySource, node: value, ...rest })
      }
    }
    return merged.size === 0 ? own : new Map([...merged, ...own])
  }

  /** Null where it is no scalar. */
  #key(key: ParsedNode | null, source: Source): KeyName | null {
    if (isScalar(key)) {
      const told = this.#keyName(key, source)
      const value = told.keyValue === undefined ? told.name : told.keyValue
      if (key.anchor !== undefined) this.#anchor(key.anchor, { kind: 'scalar', value, source }, source)
      return told
    }
    const target = isAlias(key) ? this.#alias(key, source) : null
    if (target?.kind !== 'scalar' || target.value instanceof Object) return null
    return typeof target.value === 'string'
      ? { name: target.value }
      : { name: String(target.value), keyValue: target.value }
  }

  #keyName(key: Scalar.Parsed, source: Source): KeyName {
    this.#checkTag(key, source)
    if (isVaultTag(key.tag)) this.#error('yaml-key', 'a key cannot be encrypted', source, 'encrypt the value')
    const value = this.#scalar(key, source)
    // A key that is no text keeps its spelling: `yes: 1` has the key "yes".
    return typeof value === 'string' ? { name: value } : { name: key.source ?? '', keyValue: value }
  }

  /** `<<: *base` or `<<: [*a, *b]`: earlier ones win, and what the map itself says wins over all. */
  #merge(into: Map<string, YamlEntry>, value: YamlNode): void {
    const maps = value.kind === 'list' ? value.items : [value]
    for (const map of maps) {
      if (map.kind === 'map') {
        for (const [key, entry] of map.entries) if (!into.has(key)) into.set(key, entry)
      } else {
        const hint = 'write an alias of a mapping, as in: <<: *name'
        this.#error('yaml-merge', 'a merge key (<<) takes a mapping or a list of mappings', map.source, hint)
      }
    }
  }

  #duplicate(name: string, source: Source): void {
    const spelt = /^[\w.-]+$/.test(name) ? name : JSON.stringify(name)
    const hint = 'keep one of the two; the other would be lost without a word'
    this.#error('yaml-duplicate-key', `the key ${spelt} stands twice in one mapping`, source, hint)
  }

  #badKey(key: ParsedNode | null, source: Source): void {
    const hint = isMap(key)
      ? 'text that begins with {{ must be quoted, as in: key: "{{ value }}"'
      : 'write the key as text, in quotes where it begins with [, * or ?'
    this.#error('yaml-key', 'a key must be plain text', source, hint)
  }

  #scalar(node: Scalar.Parsed, source: Source): string | number | boolean | null {
    const text = typeof node.value === 'string' ? node.value : ''
    const tag = node.tag?.replace('tag:yaml.org,2002:', '!!')
    if (tag === '!!str') return text
    if (tag === '!!int' || tag === '!!float') {
      const value = resolveNumber(text)
      if (value === null)
        this.#error('yaml-tag', `"${text}" is no number, as its tag ${tag} says`, source, 'remove the tag')
      return value
    }
    if (this.#isJson && node.type === 'PLAIN' && /^-?\d.*[eE]/.test(text)) return Number(text)
    if (tag === undefined && node.type === 'PLAIN' && (text === '<<' || text === '='))
      this.#error('yaml-value', `${text} alone is no value`, source, `put it in quotes: "${text}"`)
    if (tag !== undefined || node.type === 'PLAIN') return resolvePlain(text)
    return text
  }

  #checkTag(node: Scalar.Parsed | YAMLMap.Parsed | YAMLSeq.Parsed, source: Source): void {
    const tag = node.tag?.replace('tag:yaml.org,2002:', '!!')
    if (tag === undefined || isKnownTag(tag)) return
    this.#error('yaml-tag', `unknown tag ${tag}`, source, 'remove the tag')
  }

  #alias(node: Alias.Parsed, source: Source): YamlNode {
    const target = this.#anchors.get(node.source)
    const empty: YamlNode = { kind: 'scalar', value: null, source }
    if (target === undefined) {
      const hint = `write &${node.source} before what it stands for, or put the text in quotes`
      this.#error('yaml-alias', `the alias *${node.source} has no anchor &${node.source} before it`, source, hint)
      return empty
    }
    if (target === 'open') {
      const hint = 'a value cannot hold itself: write out what is meant'
      this.#error('yaml-alias', `the alias *${node.source} stands inside what it refers to`, source, hint)
      return empty
    }
    this.#expanded += this.#sizes.get(target) ?? 1
    if (this.#expanded <= MAX_EXPANDED) return target
    if (!this.diagnostics.some((d) => d.code === 'yaml-alias-bomb')) {
      const summary = `the aliases of this file stand for more than ${MAX_EXPANDED} values`
      this.#error('yaml-alias-bomb', summary, source, 'write out fewer aliases of aliases')
    }
    return empty
  }

  #anchor(name: string, value: YamlNode | 'open', source: Source): void {
    if (this.#anchors.has(name))
      this.#error('yaml-anchor', `the anchor &${name} stands here a second time`, source, 'give it another name')
    this.#anchors.set(name, value)
  }

  #sized<T extends YamlNode>(node: T, children: readonly YamlNode[]): T {
    this.#sizes.set(
      node,
      children.reduce((sum, child) => sum + (this.#sizes.get(child) ?? 1), 1),
    )
    return node
  }

  #error(code: string, summary: string, source: Source, hint: string): void {
    this.diagnostics.push(errorDiagnostic(code, summary, { source, hint }))
  }
}
