/** A task's parameters for one host: templates rendered, then checked by the module's schema. */
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { CENSORED, censorDiagnostics } from '../model/no-log.ts'
import { unmarkUnsafe } from '../model/unsafe.ts'
import { hasTemplate, renderValue, TemplateError } from '../text/template.ts'
import { showPath, validate } from '../text/validate.ts'
import { loadFiles } from './local-files.ts'
import type { Task } from './types.ts'

/**
 * The parameters that a task has with these variables (the host's, over them the play's, over them the task's).
 * Parameters without templates are the same for every host and come back as they were loaded.
 */
export function resolveTask(
  task: Task,
  vars: Readonly<Record<string, unknown>>,
): { params: unknown } | { diagnostics: Diagnostic[] } {
  if (task.params !== null) return { params: task.params }
  const diagnostics: Diagnostic[] = []
  const rendered = renderAt(task.args, [], task, vars, diagnostics)
  if (diagnostics.length > 0) return { diagnostics: forHost(diagnostics, vars) }
  const checked = validate(task.module.params, unmarkUnsafe(rendered), {
    prefix: task.module.name,
    locate: task.locate,
  })
  const loaded = 'value' in checked ? loadFiles(task.module, checked.value, task) : checked
  if ('params' in loaded) return loaded
  return { diagnostics: forHost(task.noLog ? censorDiagnostics(loaded.diagnostics) : loaded.diagnostics, vars) }
}

/** What is wrong with one host's variables need not be wrong with those of others: says whose they are. */
function forHost(diagnostics: readonly Diagnostic[], vars: Readonly<Record<string, unknown>>): Diagnostic[] {
  const host = vars['inventory_hostname']
  if (typeof host !== 'string') return [...diagnostics]
  return diagnostics.map((each) => Object.assign({}, each, { detail: `for host ${host}` }))
}

/** Renders leaf by leaf, so that each mistake has its own place; what is omitted is undefined, and left out. */
function renderAt(
  value: unknown,
  path: readonly (string | number)[],
  task: Task,
  vars: Readonly<Record<string, unknown>>,
  diagnostics: Diagnostic[],
): unknown {
  if (!hasTemplate(value)) return value
  if (Array.isArray(value)) {
    return value
      .map((item, i) => renderAt(item, [...path, i], task, vars, diagnostics))
      .filter((item) => item !== undefined)
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
    const rendered = entries.map(
      ([key, item]) => [key, renderAt(item, [...path, key], task, vars, diagnostics)] as const,
    )
    return Object.fromEntries(rendered.filter(([, item]) => item !== undefined))
  }
  try {
    return renderValue(value, vars)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    const reason = task.noLog && error.kind !== 'undefined' ? CENSORED : error.message
    const summary = `${showPath(task.module.name, path)}: ${reason}`
    diagnostics.push(errorDiagnostic('bad-template', summary, { source: task.locate(path, 'value') }))
    return null
  }
}
