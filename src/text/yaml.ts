/** YAML in, a tree of values with positions out; every mistake becomes a diagnostic. Semantics: YAML 1.1, as Ansible. */
import { LineCounter, parseDocument } from 'yaml'
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { Composer } from './yaml-compose.ts'
import { explainSyntaxError } from './yaml-errors.ts'
import type { YamlNode } from './yaml-node.ts'

/** `node` is null for an empty file, and where a syntax error leaves nothing to rely on. */
export interface YamlResult {
  node: YamlNode | null
  diagnostics: Diagnostic[]
}

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
    const syntax = document.errors.map((error) => explainSyntaxError(error, text, at))
    // After a duplicate key the tree still stands; after anything else it is a guess.
    if (document.errors.some((error) => error.code !== 'DUPLICATE_KEY')) return { node: null, diagnostics: syntax }
    const composer = new Composer(at)
    const node = document.contents === null ? null : composer.compose(document.contents)
    return { node, diagnostics: [...syntax, ...composer.diagnostics] }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { node: null, diagnostics: [errorDiagnostic('yaml-too-deep', 'nested too deeply', { source: at(0) })] }
  }
}
