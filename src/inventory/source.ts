/** One `-i`: a file of any kind, a directory of them, or a list of names; what it says goes into the draft. */
import { readdir, stat } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { parseYaml } from '../text/yaml.ts'
import type { Draft } from './draft.ts'
import { draftGroup, draftHost } from './draft.ts'
import { splitPort } from './host-range.ts'
import { readIniInventory } from './ini-inventory.ts'
import type { Reader } from './read.ts'
import { displayPath } from './read.ts'
import { readYamlInventory } from './yaml-inventory.ts'

const YAML_ENDINGS = new Set(['.yml', '.yaml', '.json'])
/** In a directory of inventories. */
const IGNORED_ENDINGS = new Set(
  ['pyc', 'pyo', 'swp', 'bak', 'rpm', 'md', 'txt', 'rst', 'orig', 'ini', 'cfg', 'retry'].map((ending) => `.${ending}`),
)
const SUPPORTED =
  'this version reads INI and YAML inventories; to convert: ansible-inventory -i OLD --list --yaml > new.yml'

/** What is wrong goes into the reader's diagnostics. */
export async function readSource(path: string, draft: Draft, reader: Reader): Promise<void> {
  const status = await stat(resolve(reader.cwd, path)).catch(() => null)
  if (status === null && path.includes(',')) {
    readHostList(path, draft)
  } else if (status?.isDirectory() === true) {
    const entries = await readdir(resolve(reader.cwd, path))
    for (const name of entries.toSorted(byCodePoint)) {
      if (!isIgnored(name)) await readSource(join(path, name), draft, reader)
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
