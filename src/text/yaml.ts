/** YAML in, a tree of values with positions out; every mistake becomes a diagnostic. Semantics: YAML 1.1, as Ansible. */
import { LineCounter, parseDocument } from 'yaml'
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { Composer } from './yaml-compose.ts'
import { explainSyntaxErrors } from './yaml-errors.ts'
import type { YamlNode } from './yaml-node.ts'
import type { Vault } from './vault-values.ts'
import { createVault } from './vault-values.ts'

/** `node` is null for an empty file, and where a syntax error leaves nothing to rely on. */
export interface YamlResult {
  node: YamlNode | null
  diagnostics: Diagnostic[]
}

/** Mistakes after which the tree says something else than was meant; what follows from them need not be listed. */
const DISTORTING = new Set(['yaml-key', 'yaml-alias', 'yaml-alias-bomb', 'yaml-merge'])

/**
 * Parses one YAML document. `file` is the name that positions carry; `vault` opens what is `!vault`, once it is used.
 * Never throws for what a person wrote.
 */
export function parseYaml(text: string, file: string, vault: Vault = createVault([])): YamlResult {
  const lineCounter = new LineCounter()
  const at = (offset: number): Source => {
    const { line, col } = lineCounter.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  try {
    const document = parseDocument(text, {
      version: '1.1',
      schema: 'failsafe',
      prettyErrors: false,
      logLevel: 'error',
      resolveKnownTags: false,
      // The library compares each key with all before it; ours are found while they are read.
      uniqueKeys: false,
      lineCounter,
    })
    const syntax = explainSyntaxErrors(document, text, at)
    // What is left of the tree is a guess.
    if (document.errors.length > 0) return { node: null, diagnostics: syntax }
    const composer = new Composer(at, vault, isJson(text))
    const node = document.contents === null ? null : composer.compose(document.contents)
    const { diagnostics } = composer
    return { node: diagnostics.some((d) => DISTORTING.has(d.code)) ? null : node, diagnostics }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const more = { source: at(0), hint: 'write fewer brackets inside brackets' }
    return { node: null, diagnostics: [errorDiagnostic('yaml-too-deep', 'nested too deeply', more)] }
  }
}

/** Ansible reads as JSON what is JSON: `1e3` is a number there, and tags are `{"__ansible_vault": "…"}` and `{"__ansible_unsafe": "…"}`. */
function isJson(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
