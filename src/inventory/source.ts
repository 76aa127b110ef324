/** One `-i`: a file of any kind, a directory of them, or a list of names; what it says goes into the draft. */
import { readdir, stat } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import { errorDiagnostic, hasErrors } from '../model/diagnostic.ts'
import { unreadableFile } from '../text/file.ts'
import { parseYaml } from '../text/yaml.ts'
import type { Draft } from './draft.ts'
import { draftGroup, draftHost } from './draft.ts'
import { splitPort } from './host-range.ts'
import { readIniInventory } from './ini-inventory.ts'
import { parseExport, readExport } from './json-inventory.ts'
import { exportCommand, notOci, pluginOf, readPlugin } from './plugin.ts'
import type { Reader } from './read.ts'
import { displayPath } from './read.ts'
import { isProgram, readScript } from './script-inventory.ts'
import { readYamlInventory } from './yaml-inventory.ts'

const YAML_ENDINGS = new Set(['.yml', '.yaml', '.json'])

/** What is wrong goes into the reader's diagnostics. */
export async function readSource(path: string, draft: Draft, reader: Reader): Promise<void> {
  const status = await stat(resolve(reader.cwd, path)).catch(() => null)
  if (status === null && path.includes(',')) return readHostList(path, draft)
  if (status?.isDirectory() === true) return await readDirectory(path, draft, reader)
  const known = draft.hosts.size
  if (status !== null && extname(path) === '.toml') refuseToml(path, reader)
  else if (status !== null && (await isProgram(resolve(reader.cwd, path), status.mode, status.isFile())))
    await readScript(path, draft, reader)
  else await readFileInventory(path, draft, reader)
  draft.files.push(path)
  for (const host of [...draft.hosts.keys()].slice(known)) draft.foundIn.set(host, resolve(reader.cwd, path))
}

/** Files and folders in order of their names, as far as Ansible does not pass over them. */
async function readDirectory(path: string, draft: Draft, reader: Reader): Promise<void> {
  const file = displayPath(path, reader.cwd)
  const source = { file, line: 1, column: 1 }
  try {
    const entries = (await readdir(resolve(reader.cwd, path))).filter((name) => !reader.isIgnored(name))
    for (const name of entries.toSorted(byCodePoint)) await readSource(join(path, name), draft, reader)
    if (entries.length > 0) return
    const hint = 'files such as .cfg, .ini, .md and .txt, hidden ones, group_vars and host_vars are none'
    const summary = 'there is no inventory in this folder'
    reader.diagnostics.push(errorDiagnostic('inventory-empty', summary, { source, hint }))
  } catch (error) {
    reader.diagnostics.push(unreadableFile(error, file))
  }
}

function refuseToml(path: string, reader: Reader): void {
  const source = { file: displayPath(path, reader.cwd), line: 1, column: 1 }
  const hint = `convert it: ${exportCommand(path)}`
  reader.diagnostics.push(errorDiagnostic('not-supported', 'inventories in TOML are not read', { source, hint }))
}

async function readFileInventory(path: string, draft: Draft, reader: Reader): Promise<void> {
  const text = await reader.text(path)
  if (text === null) return
  const before = reader.diagnostics.length
  await readText(text, path, draft, reader)
  if (!text.startsWith('#!') || !hasErrors(reader.diagnostics.slice(before))) return
  const source = { file: displayPath(path, reader.cwd), line: 1, column: 1 }
  const summary = 'this begins as a program does (#!), but it may not be executed'
  const error = errorDiagnostic('inventory-script', summary, { source, hint: `chmod +x ${path}` })
  reader.diagnostics.splice(before, Number.POSITIVE_INFINITY, error)
}

async function readText(text: string, path: string, draft: Draft, reader: Reader): Promise<void> {
  const file = displayPath(path, reader.cwd)
  const isYaml = YAML_ENDINGS.has(extname(path))
  if (looksLikeIni(text, isYaml) || !(isYaml || extname(path) === '')) {
    reader.diagnostics.push(...readIniInventory(text, file, draft))
    return
  }
  const source = { file, line: 1, column: 1 }
  const exported = parseExport(text)
  if (exported !== null) {
    reader.diagnostics.push(...readExport(exported, draft, { source, vault: reader.vault }))
    return
  }
  const { node, diagnostics } = parseYaml(text, file, reader.vault)
  if (!isYaml && node?.kind !== 'map' && text.trim() !== '') {
    reader.diagnostics.push(...readIniInventory(text, file, draft))
    return
  }
  reader.diagnostics.push(...diagnostics)
  const plugin = pluginOf(node)
  const nameless = plugin === null ? notOci(node, path) : null
  if (nameless !== null) reader.diagnostics.push(nameless)
  else if (plugin !== null) await readPlugin(plugin, path, draft, reader)
  else if (node !== null) reader.diagnostics.push(...readYamlInventory(node, draft))
  else if (diagnostics.length === 0) {
    const hint = 'name at least one host, as in:\nall:\n  hosts:\n    web1:'
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

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Told from the first line that says something; where the name promises YAML, one word alone is no sign of INI. */
function looksLikeIni(text: string, isYamlByName: boolean): boolean {
  const line = text.split('\n').find((each) => /^\s*[^\s#;]/.test(each)) ?? ''
  if (/^\s*\[[\w.-]+(?::\w+)?\]\s*(?:#.*)?$/.test(line)) return true
  if (!/^\s*[\w.:[\]-]+(?<!:)(?:\s+\w+=.*)?\s*$/.test(line) || line.startsWith('---')) return false
  return !isYamlByName || line.includes('=')
}
