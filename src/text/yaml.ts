/** YAML in, a tree of values with positions out; every mistake becomes a diagnostic. Semantics: YAML 1.1, as Ansible. */
import { LineCounter, parseDocument } from 'yaml'
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { Composer } from './yaml-compose.ts'
import { explainSyntaxErrors } from './yaml-errors.ts'
import type { YamlNode } from './yaml-node.ts'

/** `node` is null for an empty file, and where a syntax error leaves nothing to rely on. */
export interface YamlResult {
  node: YamlNode | null
  diagnostics: Diagnostic[]
}

/** Mistakes after which the tree says something else than was meant; what follows from them need not be listed. */
const DISTORTING = new Set(['yaml-key', 'yaml-alias', 'yaml-alias-bomb', 'yaml-merge'])

/** Parses one YAML document. `file` is the name that positions carry. Never throws for what a person wrote. */
export function parseYaml(text: string, file: string): YamlResult {
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
      lineCounter,
    })
    const syntax = explainSyntaxErrors(document, text, at)
    // After a duplicate key the tree still stands; after anything else it is a guess.
    if (document.errors.some((error) => error.code !== 'DUPLICATE_KEY')) return { node: null, diagnostics: syntax }
    const composer = new Composer(at)
    const node = document.contents === null ? null : composer.compose(document.contents)
    const diagnostics = [...syntax, ...composer.diagnostics]
    return { node: composer.diagnostics.some((d) => DISTORTING.has(d.code)) ? null : node, diagnostics }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { node: null, diagnostics: [errorDiagnostic('yaml-too-deep', 'nested too deeply', { source: at(0) })] }
  }
}
