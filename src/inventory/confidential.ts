/** What stands in files that are encrypted as a whole: it is for templates to use, and for nobody to see. */
import { parseYaml } from '../text/yaml.ts'
import { toValue } from '../text/yaml-node.ts'
import type { Variables } from './draft.ts'

/** Shorter ones are words such as `on` and `tcp`, which hide nothing and stand everywhere. */
const SHORTEST = 4

/**
 * Every text among the values of variables that come from `encrypted` files, with its variable's name. Connection
 * variables are none of them: addresses and users are shown wherever a host is; passwords are secrets anyway.
 */
export function confidentialTexts(
  hosts: Iterable<Variables>,
  encrypted: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  if (encrypted.size === 0) return found
  const seen = new Set<unknown>()
  for (const vars of hosts) {
    for (const [name, variable] of vars) {
      if (seen.has(variable) || name.startsWith('ansible_') || !encrypted.has(variable.source?.file ?? '')) continue
      seen.add(variable)
      collect(variable.value, name, found)
    }
  }
  return found
}

function collect(value: unknown, name: string, into: Map<string, string>): void {
  if (typeof value === 'string') {
    if (value.length >= SHORTEST && !/\{[{%#]/.test(value)) into.set(value, name)
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, name, into)
  } else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) collect(item, name, into)
  }
}

/**
 * Every text in an encrypted file, for messages about an inventory that cannot be read: it is not known yet which of them
 * are variables. Of what is no YAML, the values in its lines.
 */
export function textsOf(text: string, file: string): ReadonlySet<string> {
  const found = new Map<string, string>()
  const { node, diagnostics } = parseYaml(text, file)
  const isRead = node?.kind === 'map' || node?.kind === 'list'
  if (isRead) collectParts(toValue(node), found)
  if (!isRead || diagnostics.length > 0)
    for (const line of text.split('\n')) for (const part of lineParts(line)) collectParts(part, found)
  return new Set(found.keys())
}

function collectParts(value: unknown, into: Map<string, string>): void {
  if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) collectParts(item, into)
  // What stands around templates shows itself as it is.
  else if (typeof value === 'string') collect(value.split(/\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}/s), '', into)
}

/** `a: "b"`, `- b` and `host a=b c='d'`: what stands behind the signs, whole and word by word, without its quotes. */
function lineParts(line: string): string[] {
  const behind = line.replace(/^[\s-]*(?:[\w.-]+\s*[:=])?/, '')
  const words = line.split(/\s+/).flatMap((word) => /^[\w.-]+=(.+)$/.exec(word)?.[1] ?? [])
  return [behind, ...words].map((part) => part.trim().replaceAll(/^["']|["']$/g, ''))
}
