/** A playbook's text in, plays and tasks out; everything that is wrong comes back together, each with its place. */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic, hasErrors } from '../model/diagnostic.ts'
import type { Module } from '../modules/define.ts'
import { inFileOrder } from '../text/diagnostics.ts'
import { hasTemplate } from '../text/template-scan.ts'
import { validateNode } from '../text/validate.ts'
import type { Vault } from '../text/vault-values.ts'
import { parseYaml } from '../text/yaml.ts'
import type { YamlMap, YamlNode } from '../text/yaml-node.ts'
import { toValue } from '../text/yaml-node.ts'
import { noTemplate, notYet, PLAY_NOT_YET, readNoLog } from './keywords.ts'
import { playSchema } from './schema.ts'
import type { PlayKeywords } from './schema.ts'
import { parseTask } from './task.ts'
import type { Play, Playbook, Task } from './types.ts'
import { readVars } from './vars.ts'

/**
 * Throws DiagnosticsError with every mistake. `file` is the name that positions carry; `folders` are those where files are
 * looked for that tasks name; `vault` opens `!vault` values.
 */
export function parsePlaybook(
  text: string,
  file: string,
  modules: ReadonlyMap<string, Module>,
  folders: readonly string[] = [process.cwd()],
  vault?: Vault,
): Playbook {
  const { node, diagnostics } = parseYaml(text, file, vault)
  const plays: Play[] = []
  const isEmpty =
    node === null || (node.kind === 'scalar' ? node.value === null : node.kind === 'list' && node.items.length === 0)
  if (!isEmpty) {
    for (const playNode of playNodes(node, diagnostics)) {
      const play = parsePlay(playNode, modules, folders, diagnostics)
      if (play !== null) plays.push(play)
    }
  } else if (diagnostics.length === 0) {
    const source = { file, line: 1, column: 1 }
    diagnostics.push(errorDiagnostic('playbook-empty', 'the playbook is empty', { source, hint: SHAPE }))
  }
  if (hasErrors(diagnostics)) throw new DiagnosticsError(inFileOrder(diagnostics))
  return { file, plays, diagnostics }
}

const SHAPE = 'write a list of plays, as in:\n- hosts: all\n  tasks:\n    - mptcp_available:'

function playNodes(node: YamlNode, diagnostics: Diagnostic[]): YamlMap[] {
  if (node.kind !== 'list') {
    const summary = 'a playbook is a list of plays, each beginning with a dash'
    diagnostics.push(errorDiagnostic('playbook-shape', summary, { source: node.source, hint: SHAPE }))
    return []
  }
  return node.items.flatMap((item) => {
    if (item.kind === 'map') return [item]
    diagnostics.push(
      errorDiagnostic('playbook-shape', 'a play is a mapping with hosts and tasks', { source: item.source }),
    )
    return []
  })
}

function parsePlay(
  node: YamlMap,
  modules: ReadonlyMap<string, Module>,
  folders: readonly string[],
  diagnostics: Diagnostic[],
): Play | null {
  const supported = dropUnsupported(node, diagnostics)
  // A line such as "- import_playbook: x.yml" is no play: what it lacks for one need not be listed.
  if (node.entries.has('import_playbook') || node.entries.has('ansible.builtin.import_playbook')) return null
  const checked = validateNode(playSchema, supported, '')
  const keywords = 'value' in checked ? checked.value : null
  if ('diagnostics' in checked) diagnostics.push(...checked.diagnostics)
  const vars = readVars(supported, diagnostics)
  const inherited = {
    tags: keywords?.tags ?? [],
    checkMode: keywords?.check_mode ?? null,
    noLog: readNoLog(node) ?? false,
    guard: keywords?.guard,
    folders,
  }
  const tasks = taskNodes(node).flatMap((task) => parseTask(task, modules, inherited, diagnostics) ?? [])
  return keywords === null ? null : buildPlay(node, keywords, vars, tasks)
}

function buildPlay(node: YamlMap, keywords: PlayKeywords, vars: ReturnType<typeof readVars>, tasks: Task[]): Play {
  const hosts = [keywords.hosts].flat()
  return {
    name: keywords.name ?? hosts.join(','),
    hosts,
    become: keywords.become ?? null,
    becomeUser: keywords.become_user ?? null,
    remoteUser: keywords.remote_user ?? null,
    connection: keywords.connection ?? null,
    vars: vars.values,
    originOf: (variable): Source | null => vars.sources.get(variable) ?? null,
    serial: keywords.serial,
    tags: keywords.tags,
    checkMode: keywords.check_mode ?? null,
    anyErrorsFatal: keywords.any_errors_fatal ?? false,
    maxFailPercentage: keywords.max_fail_percentage ?? null,
    tasks,
    source: node.source,
    hostsSource: node.entries.get('hosts')?.node.source ?? node.source,
  }
}

/** Says what is not supported yet and leaves it out, so that the rest can still be checked. */
function dropUnsupported(node: YamlMap, diagnostics: Diagnostic[]): YamlMap {
  const entries = [...node.entries].filter(([key, entry]) => {
    if (PLAY_NOT_YET.has(key)) {
      diagnostics.push(notYet(key, entry.keySource))
      return false
    }
    if (!['name', 'vars', 'tasks'].includes(key) && hasTemplate(toValue(entry.node))) {
      diagnostics.push(noTemplate(key, entry.node.source))
      // A play needs hosts: keep the key, so that it is not reported as missing.
      return key === 'hosts'
    }
    return true
  })
  return { ...node, entries: new Map(entries) }
}

function taskNodes(node: YamlMap): readonly YamlNode[] {
  const tasks = node.entries.get('tasks')?.node
  return tasks?.kind === 'list' ? tasks.items : []
}
