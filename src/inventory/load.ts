/** Reads inventories from disk: every -i in turn, the variable files beside them, and puts it all together. */
import { readdir, stat } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic, hasErrors } from '../model/diagnostic.ts'
import type { Host } from '../model/host.ts'
import { inFileOrder } from '../text/diagnostics.ts'
import { parseYaml } from '../text/yaml.ts'
import type { Draft, Variables } from './draft.ts'
import { draftGroup, draftHost, newDraft } from './draft.ts'
import { findCycles, finishGroups, groupsOfHosts, reconcile } from './graph.ts'
import { splitPort } from './host-range.ts'
import { readIniInventory } from './ini-inventory.ts'
import type { VarsLayer } from './merge.ts'
import { mergeHostVars } from './merge.ts'
import type { Reader } from './read.ts'
import { displayPath, newReader } from './read.ts'
import type { Inventory } from './types.ts'
import { listVarsDirectory, readVarsFor } from './vars-files.ts'
import { readYamlInventory } from './yaml-inventory.ts'

const YAML_ENDINGS = new Set(['.yml', '.yaml', '.json'])
/** In a directory of inventories. */
const IGNORED_ENDINGS = new Set(
  ['pyc', 'pyo', 'swp', 'bak', 'rpm', 'md', 'txt', 'rst', 'orig', 'ini', 'cfg', 'retry'].map((ending) => `.${ending}`),
)
const SUPPORTED =
  'this version reads INI and YAML inventories; to convert: ansible-inventory -i OLD --list --yaml > new.yml'

/**
 * Reads inventories in the order of -i; later ones win, host by host and variable by variable. Paths are relative to
 * `cwd`. `varsDirs` are further directories whose group_vars/ and host_vars/ count (those of the playbooks). Throws
 * DiagnosticsError with everything that is wrong; warnings are in the result.
 */
export async function loadInventory(
  paths: readonly string[],
  cwd: string,
  varsDirs: readonly string[] = [],
): Promise<Inventory> {
  const reader = newReader(cwd)
  const draft = newDraft()
  for (const path of paths) await readInventory(path, draft, reader)
  reconcile(draft)
  reader.diagnostics.push(...findCycles(draft))
  if (hasErrors(reader.diagnostics)) throw new DiagnosticsError(inFileOrder(reader.diagnostics))
  return assemble(draft, reader, {
    inventory: lastOfEach(await Promise.all(paths.map(async (path) => await varsDir(path, cwd)))),
    playbook: lastOfEach(varsDirs),
  })
}

async function assemble(
  draft: Draft,
  reader: Reader,
  dirs: { inventory: string[]; playbook: string[] },
): Promise<Inventory> {
  const groups = finishGroups(draft)
  const groupNames = [...groups.keys()]
  const hostNames = [...draft.hosts.keys()]
  const layers = {
    groupVars: new Map([...draft.groups].map(([name, group]) => [name, group.vars])),
    hostVars: draft.hosts,
    inventoryGroups: await readLayer(dirs.inventory, 'group_vars', groupNames, reader),
    inventoryHosts: await readLayer(dirs.inventory, 'host_vars', hostNames, reader),
    playbookGroups: await readLayer(dirs.playbook, 'group_vars', groupNames, reader),
    playbookHosts: await readLayer(dirs.playbook, 'host_vars', hostNames, reader),
  }
  if (hasErrors(reader.diagnostics)) throw new DiagnosticsError(inFileOrder(reader.diagnostics))
  const groupsOf = groupsOfHosts(groups)
  const merged = new Map(hostNames.map((name) => [name, mergeHostVars(name, groupsOf.get(name) ?? [], layers)]))
  const hosts = new Map<string, Host>()
  for (const [name, vars] of merged) {
    const values = Object.fromEntries([...vars].map(([key, variable]) => [key, variable.value]))
    hosts.set(name, { name, groups: (groupsOf.get(name) ?? []).map((group) => group.name), vars: values })
  }
  return {
    hosts,
    groups,
    diagnostics: [...reader.diagnostics, ...sameNames(hostNames, groupNames)],
    hash: reader.digest(),
    originOf: (host, variable) => merged.get(host)?.get(variable)?.source ?? null,
  }
}

/** Where the group_vars/ and host_vars/ of an inventory lie: in a directory, beside a file. */
async function varsDir(path: string, cwd: string): Promise<string> {
  const status = await stat(resolve(cwd, path)).catch(() => null)
  return status?.isDirectory() === true ? path : dirname(path)
}

async function readInventory(path: string, draft: Draft, reader: Reader): Promise<void> {
  const status = await stat(resolve(reader.cwd, path)).catch(() => null)
  if (status === null && path.includes(',')) {
    readHostList(path, draft)
  } else if (status?.isDirectory() === true) {
    const entries = await readdir(resolve(reader.cwd, path))
    for (const name of entries.toSorted(byCodePoint)) {
      if (!isIgnored(name)) await readInventory(join(path, name), draft, reader)
    }
  } else if (status !== null && (status.mode & 0o111) !== 0 && !YAML_ENDINGS.has(extname(path))) {
    const source = { file: displayPath(path, reader.cwd), line: 1, column: 1 }
    const summary = 'inventory scripts (this file is executable) are not supported yet'
    reader.diagnostics.push(errorDiagnostic('not-supported', summary, { source, hint: SUPPORTED }))
  } else await readFileInventory(path, draft, reader)
}

async function readFileInventory(path: string, draft: Draft, reader: Reader): Promise<void> {
  const text = await reader.text(path)
  if (text === null) return
  const file = displayPath(path, reader.cwd)
  const isYaml = YAML_ENDINGS.has(extname(path))
  if (looksLikeIni(text, isYaml) || !(isYaml || extname(path) === '')) {
    reader.diagnostics.push(...readIniInventory(text, file, draft))
    return
  }
  const { node, diagnostics } = parseYaml(text, file)
  if (!isYaml && node?.kind !== 'map' && text.trim() !== '') {
    reader.diagnostics.push(...readIniInventory(text, file, draft))
    return
  }
  reader.diagnostics.push(...diagnostics)
  if (node !== null) {
    reader.diagnostics.push(...readYamlInventory(node, draft))
  } else if (diagnostics.length === 0) {
    const hint = 'name at least one host, as in:\nall:\n  hosts:\n    web1:'
    const source = { file, line: 1, column: 1 }
    reader.diagnostics.push(errorDiagnostic('inventory-empty', 'the inventory is empty', { source, hint }))
  }
}

/** `host1,host2,`: names, each with a port or without one; ranges are for files. */
function readHostList(list: string, draft: Draft): void {
  for (const item of list.split(',').map((each) => each.trim())) {
    if (item === '') continue
    const parts = splitPort(item)
    const isNew = !draft.hosts.has(parts.name)
    if (!isNew) continue
    const vars = draftHost(draft, draftGroup(draft, 'ungrouped'), parts.name)
    if (parts.port !== null) vars.set('ansible_port', { value: parts.port, source: null })
  }
}

/** Entries of a directory that Ansible passes over. */
function isIgnored(name: string): boolean {
  return /^\.|^(?:host_vars|group_vars|vars_plugins)$|~$/.test(name) || IGNORED_ENDINGS.has(extname(name))
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Told from the first line that says something; where the name promises YAML, one word alone is no sign of INI. */
function looksLikeIni(text: string, isYamlByName: boolean): boolean {
  const line = text.split('\n').find((each) => /^\s*[^\s#;]/.test(each)) ?? ''
  if (/^\s*\[[\w.-]+(?::\w+)?\]\s*(?:#.*)?$/.test(line)) return true
  if (!/^\s*[\w.:[\]-]+(\s+\w+=\S+)*\s*$/.test(line) || line.includes('---') || line.endsWith(':')) return false
  return !isYamlByName || line.includes('=')
}

async function readLayer(
  dirs: readonly string[],
  folder: string,
  names: readonly string[],
  reader: Reader,
): Promise<VarsLayer> {
  const layer: Map<string, Variables>[] = []
  for (const dir of dirs) {
    const directory = await listVarsDirectory(join(dir, folder), reader)
    const vars = new Map<string, Variables>()
    if (directory.names.size > 0) {
      for (const name of names) vars.set(name, await readVarsFor(directory, name, reader))
    }
    layer.push(vars)
  }
  return layer
}

/** Without repeats; what is named again counts where it is named last, as the later one wins. */
function lastOfEach(dirs: readonly string[]): string[] {
  return dirs.filter((dir, i) => !dirs.includes(dir, i + 1))
}

function sameNames(hosts: readonly string[], groups: readonly string[]): Diagnostic[] {
  const known = new Set(groups)
  return hosts
    .filter((name) => known.has(name))
    .map((name) => ({
      severity: 'warning',
      code: 'ambiguous-name',
      summary: `"${name}" is the name of a host and of a group; as a pattern it means the host`,
      detail: '',
      hint: 'rename one of them',
      source: null,
    }))
}
