/** `vars:` of a play or task: values with their places, passwords wrapped at once. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { guardSecrets } from '../text/secrets.ts'
import type { YamlMap } from '../text/yaml-node.ts'
import { toValue } from '../text/yaml-node.ts'

export interface ReadVars {
  values: Record<string, unknown>
  sources: Map<string, Source>
}

/** Reads the `vars` of a play or task. What is no mapping is left to the schema to report. */
export function readVars(node: YamlMap, diagnostics: Diagnostic[]): ReadVars {
  const sources = new Map<string, Source>()
  const values = new Map<string, unknown>()
  const vars = node.entries.get('vars')?.node
  for (const [name, entry] of vars?.kind === 'map' ? vars.entries : []) {
    const guarded = guardSecrets(name, toValue(entry.node), entry.node.source)
    sources.set(name, entry.node.source)
    if ('diagnostic' in guarded) diagnostics.push(guarded.diagnostic)
    else values.set(name, guarded.value)
  }
  return { values: Object.fromEntries(values), sources }
}
