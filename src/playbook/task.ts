/** One task: its keywords, exactly one module, and the module's parameters as far as they are known at load. */
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { censorDiagnostics } from '../model/no-log.ts'
import type { Module } from '../modules/define.ts'
import { closest } from '../text/closest.ts'
import { hasTemplate } from '../text/template-scan.ts'
import { validateNode } from '../text/validate.ts'
import { keysAt } from '../text/zod-shape.ts'
import type { YamlEntry, YamlMap, YamlNode } from '../text/yaml-node.ts'
import { toValue } from '../text/yaml-node.ts'
import { isAnsibleModule, isTaskKeywordNotYet, moduleName, noTemplate, notYet, readNoLog } from './keywords.ts'
import { readParams } from './params.ts'
import { TASK_KEYWORDS, taskSchema } from './schema.ts'
import type { Task } from './types.ts'
import { readVars } from './vars.ts'

type Modules = ReadonlyMap<string, Module>

/** What a task takes over from its play. */
export interface Inherited {
  tags: readonly string[]
  checkMode: boolean | null
  noLog: boolean
  guard: number | null | undefined
  folders: readonly string[]
}

/** Null where the task cannot stand; the diagnostics then say why. */
export function parseTask(
  node: YamlNode,
  modules: Modules,
  inherited: Inherited,
  diagnostics: Diagnostic[],
): Task | null {
  if (node.kind !== 'map') {
    const hint = 'write "- MODULE:" with its parameters indented below'
    diagnostics.push(errorDiagnostic('playbook-shape', 'a task is a mapping', { source: node.source, hint }))
    return null
  }
  const before = diagnostics.length
  const sorted = sortKeys(node, modules)
  diagnostics.push(...sorted.diagnostics)
  const keywordNode: YamlMap = { ...node, entries: new Map(sorted.keywords) }
  const checked = validateNode(taskSchema, keywordNode, '')
  if ('diagnostics' in checked) diagnostics.push(...checked.diagnostics)
  const vars = readVars(keywordNode, diagnostics)
  const [chosen] = sorted.modules
  const noLog = readNoLog(node) ?? inherited.noLog
  const wrong: Diagnostic[] = []
  const params =
    chosen === undefined ? null : readParams(chosen.module, chosen.entry, sorted.args, inherited.folders, wrong)
  diagnostics.push(...(noLog ? censorDiagnostics(wrong) : wrong))
  if (chosen === undefined || params === null || 'diagnostics' in checked || diagnostics.length > before) return null
  const keywords = checked.value
  return {
    name: keywords.name ?? chosen.module.name,
    module: chosen.module,
    ...params,
    folders: inherited.folders,
    tags: [...new Set([...inherited.tags, ...keywords.tags])],
    checkMode: keywords.check_mode ?? inherited.checkMode,
    noLog,
    ...guardOf(keywords.guard, inherited.guard),
    become: keywords.become ?? null,
    becomeUser: keywords.become_user ?? null,
    vars: vars.values,
    source: node.source,
  }
}

function guardOf(own: number | null | undefined, play: number | null | undefined): Pick<Task, 'guard'> {
  const guard = own === undefined ? play : own
  return guard === undefined ? {} : { guard }
}

interface SortedKeys {
  keywords: [string, YamlEntry][]
  modules: { module: Module; entry: YamlEntry }[]
  /** More parameters. */
  args: YamlEntry | null
  diagnostics: Diagnostic[]
}

function sortKeys(node: YamlMap, modules: Modules): SortedKeys {
  const sorted: SortedKeys = { keywords: [], modules: [], args: node.entries.get('args') ?? null, diagnostics: [] }
  const unknown: [string, YamlEntry][] = []
  const report = (code: string, summary: string, entry: YamlEntry, hint = ''): void => {
    sorted.diagnostics.push(errorDiagnostic(code, summary, { source: entry.keySource, hint }))
  }
  let isPostponed = false
  for (const [key, entry] of node.entries) {
    if (key === 'args') continue
    const module = modules.get(moduleName(key))
    if (module !== undefined) {
      sorted.modules.push({ module, entry })
    } else if (TASK_KEYWORDS.includes(key)) {
      const isTemplate = !['name', 'vars'].includes(key) && hasTemplate(toValue(entry.node))
      if (isTemplate) sorted.diagnostics.push(noTemplate(key, entry.node.source))
      else sorted.keywords.push([key, entry])
    } else if (isTaskKeywordNotYet(key)) {
      isPostponed = true
      sorted.diagnostics.push(notYet(key, entry.keySource))
    } else {
      unknown.push([key, entry])
    }
  }
  const [first, ...others] = sorted.modules
  for (const { module, entry } of others) {
    report(
      'two-modules',
      `a task has one module: this one has ${first?.module.name} already`,
      entry,
      `write "- ${module.name}:" as a task of its own`,
    )
  }
  for (const [key, entry] of unknown) {
    sorted.diagnostics.push(unknownKey(key, entry, modules, first?.module ?? null))
  }
  if (first === undefined && unknown.length === 0 && !isPostponed) {
    const hint = `modules: ${[...modules.keys()].join(', ')}`
    sorted.diagnostics.push(errorDiagnostic('no-module', 'the task has no module', { source: node.source, hint }))
  }
  return sorted
}

/** A key that is neither keyword nor module: what was meant shows in what is near, and in what is missing. */
function unknownKey(key: string, entry: YamlEntry, modules: Modules, module: Module | null): Diagnostic {
  const source = entry.keySource
  const names = [...modules.keys()]
  const listed = `modules: ${names.join(', ')}`
  if (module !== null && keysAt(module.params, []).includes(key)) {
    const hint = `this is a parameter: indent it below ${module.name}`
    return errorDiagnostic('unknown-key', `${key}: unknown key`, { source, hint })
  }
  if (isAnsibleModule(key)) {
    const summary = `${key}: this is a module of Ansible, which this version does not have`
    return errorDiagnostic('unknown-module', summary, { source, hint: listed })
  }
  const near = closest(key, module === null ? [...names, ...TASK_KEYWORDS] : TASK_KEYWORDS)
  const suggestion = near === null ? '' : `, did you mean "${near}"?`
  if (module !== null || TASK_KEYWORDS.includes(near ?? '')) {
    const hint = near === null ? `keywords of a task: ${TASK_KEYWORDS.join(', ')}` : ''
    return errorDiagnostic('unknown-key', `${key}: unknown key${suggestion}`, { source, hint })
  }
  const summary = `${key}: unknown module${suggestion}`
  return errorDiagnostic('unknown-module', summary, { source, hint: near === null ? listed : '' })
}
