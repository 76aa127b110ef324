/** What the fields of an inventory plugin's file say: flags, expressions, and keys that mean nothing. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { Secret } from '../model/secret.ts'
import { unmarkUnsafe } from '../model/unsafe.ts'
import { readBoolean } from '../text/boolean.ts'
import { didYouMean } from '../text/closest.ts'
import { findUnknownNamesInExpression, TemplateError } from '../text/template.ts'
import { pythonText } from '../text/template/python.ts'
import { hintFor } from './constructed-problems.ts'
import type { YamlEntry, YamlMap, YamlNode } from '../text/yaml-node.ts'
import { toValue } from '../text/yaml-node.ts'

/** A Jinja expression as it is written here: without braces. */
export interface Expression {
  text: string
  source: Source
}

/** A boolean as Ansible takes it, words among them. */
export function flag(map: YamlMap, name: string, otherwise: boolean, diagnostics: Diagnostic[]): boolean {
  const entry = map.entries.get(name)
  if (entry === undefined || isNull(entry.node)) return otherwise
  const value = entry.node.kind === 'scalar' ? readBoolean(entry.node.value) : null
  if (value === null) diagnostics.push(wrong(entry, `${name}: expected true or false`, `write it as: ${name}: false`))
  return value ?? otherwise
}

/** What is wrong with it for whatever host is told here. */
export function expression(what: string, node: YamlNode, diagnostics: Diagnostic[]): Expression {
  const { source } = node
  const value = unmarkUnsafe(toValue(node))
  const text = value instanceof Secret ? '' : pythonText(value)
  const wrong = (reason: string, hint: string): Diagnostic =>
    errorDiagnostic('constructed', `${what}: ${reason}`, { source, hint })
  if (value instanceof Secret) diagnostics.push(wrong('an expression cannot be encrypted', 'write it in clear'))
  else {
    try {
      diagnostics.push(
        ...findUnknownNamesInExpression(text).map(({ message }) =>
          wrong(message, hintFor(new TemplateError(message, 'unknown'))),
        ),
      )
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      diagnostics.push(wrong(error.message, hintFor(error)))
    }
  }
  return { text, source }
}

/** Keys that mean nothing here: warnings, since Ansible passes over them. */
export function unknownKeys(map: YamlMap, known: readonly string[], where: string): Diagnostic[] {
  const unknown = [...map.entries].filter(([name]) => !known.includes(name))
  return unknown.map(([name, entry]) => {
    const near = didYouMean(name, known)
    const summary = `${where}${name}: unknown key${near === '' ? '' : `, ${near}`}`
    const hint = `known: ${known.join(', ')}`
    return { ...errorDiagnostic('unknown-key', summary, { source: entry.keySource, hint }), severity: 'warning' }
  })
}

export function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === null
}

export function wrong(entry: YamlEntry, summary: string, hint = ''): Diagnostic {
  return errorDiagnostic('inventory-shape', summary, { source: entry.node.source, hint })
}
