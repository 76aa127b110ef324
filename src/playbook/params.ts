/** A task's parameters as they are written: below the module's name, as one text beside it, and below `args:`. */
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { unmarkUnsafe } from '../model/unsafe.ts'
import type { Module } from '../modules/define.ts'
import { hasTemplate } from '../text/template-scan.ts'
import type { Locate } from '../text/validate.ts'
import { locateIn, validateNode } from '../text/validate.ts'
import { splitWords } from '../text/words.ts'
import type { YamlEntry, YamlMap, YamlNode } from '../text/yaml-node.ts'
import { toValue } from '../text/yaml-node.ts'
import { loadFiles } from './local-files.ts'

export interface WrittenParams {
  args: Record<string, unknown>
  /** Null where a template has to be rendered first. */
  params: unknown
  locate: Locate
}

/**
 * Parameters without templates are checked in full; with templates, what can be told without their values. Null where they
 * cannot stand; the diagnostics then say why. `folders`: where files that they name are looked for.
 */
export function readParams(
  module: Module,
  entry: YamlEntry,
  args: YamlEntry | null,
  folders: readonly string[],
  diagnostics: Diagnostic[],
): WrittenParams | null {
  const tree = merged(module, entry, args, diagnostics)
  if (tree === null) return null
  const locate = locateIn(tree)
  const written = toValue(tree) as Record<string, unknown>
  const checked = validateNode(module.params, tree, module.name)
  if (!hasTemplate(written)) {
    const loaded = 'value' in checked ? loadFiles(module, checked.value, { folders, locate }) : checked
    if ('params' in loaded) return { args: written, params: loaded.params, locate }
    diagnostics.push(...loaded.diagnostics)
    return null
  }
  if ('diagnostics' in checked) {
    const sure = checked.diagnostics.filter((each) => ['unknown-key', 'missing-key'].includes(each.code))
    diagnostics.push(...sure)
    if (sure.length > 0) return null
  }
  return { args: written, params: null, locate }
}

/** All parameters in one tree; those below the module's own name count before those below `args:`. */
function merged(module: Module, entry: YamlEntry, args: YamlEntry | null, diagnostics: Diagnostic[]): YamlNode | null {
  const own = ownParams(module, entry, diagnostics)
  if (own === null || args === null) return own
  const { node } = args
  if (own.kind === 'map' && node.kind === 'map') {
    return { ...own, entries: new Map([...node.entries, ...own.entries]) }
  }
  const summary = 'args: expected a mapping'
  diagnostics.push(errorDiagnostic('wrong-type', summary, { source: node.source, hint: 'write NAME: VALUE below it' }))
  return null
}

function ownParams(module: Module, { node }: YamlEntry, diagnostics: Diagnostic[]): YamlNode | null {
  if (node.kind !== 'scalar') return node
  if (node.value === null) return { kind: 'map', entries: new Map(), source: node.source }
  if (module.freeForm === undefined) {
    const hint = `write the parameters below, as in:\n${module.name}:\n  NAME: VALUE`
    const summary = `${module.name}: parameters on one line are not supported`
    diagnostics.push(errorDiagnostic('not-supported', summary, { source: node.source, hint }))
    return null
  }
  const name = inLine(String(unmarkUnsafe(node.value)))
  if (name !== null) {
    const hint = `write the parameters below, as in:\n${module.name}:\n  ${module.freeForm}: …\n  ${name}: …`
    const summary = `${module.name}: ${name}= in the text is not supported`
    diagnostics.push(errorDiagnostic('not-supported', summary, { source: node.source, hint }))
    return null
  }
  const text: YamlMap['entries'] = new Map([[module.freeForm, { keySource: node.source, node }]])
  return { kind: 'map', entries: text, source: node.source }
}

const IN_LINE = /^(chdir|creates|executable|removes|stdin|stdin_add_newline|strip_empty_ends)=/

/** The parameter that Ansible would read out of the text of a command, or null. */
function inLine(text: string): string | null {
  const words = splitWords(text) ?? text.split(/\s+/)
  return words.flatMap((word) => IN_LINE.exec(word)?.[1] ?? [])[0] ?? null
}
