/** group_vars/ and host_vars/: finds and reads the files that belong to a name. */
import { readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { unreadableFile } from '../text/file.ts'
import type { YamlNode } from '../text/yaml-node.ts'
import type { Variables } from './draft.ts'
import type { VarsLayer } from './merge.ts'
import type { Reader } from './read.ts'
import { displayPath, readYaml } from './read.ts'
import { readVariables } from './yaml-inventory.ts'

/** In the order in which Ansible looks; the first that exists is taken. */
const ENDINGS = ['', '.yml', '.yaml', '.json']

/** One group_vars/ or host_vars/ directory, listed once and read on demand. */
interface VarsDirectory {
  path: string
  names: ReadonlySet<string>
}

/** The variables that `folder` (group_vars or host_vars) in each of the directories has for the names. */
export async function readVarsLayer(
  dirs: Iterable<string>,
  folder: string,
  names: readonly string[],
  reader: Reader,
): Promise<VarsLayer> {
  const layer: Map<string, Variables>[] = []
  for (const dir of dirs) {
    const directory = listVarsDirectory(join(dir, folder), reader)
    const vars = new Map<string, Variables>()
    if (directory.names.size > 0) {
      for (const name of names) vars.set(name, await readVarsFor(directory, name, reader))
    }
    layer.push(vars)
  }
  return layer
}

/** Lists a directory; one that is not there has no names. */
function listVarsDirectory(path: string, reader: Reader): VarsDirectory {
  try {
    return { path, names: new Set(readdirSync(resolve(reader.cwd, path))) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const file = displayPath(path, reader.cwd)
    // Ansible passes over a file of that name, too.
    if (code === 'ENOTDIR') reader.diagnostics.push(warning('this is no folder, so it is not read', file))
    else if (code !== 'ENOENT') reader.diagnostics.push(unreadableFile(error, file))
    return { path, names: new Set() }
  }
}

/** The variables that a directory has for one group or host; later files of a folder override earlier ones. */
async function readVarsFor(directory: VarsDirectory, name: string, reader: Reader): Promise<Variables> {
  const vars: Variables = new Map()
  if (name.includes('/')) {
    // As in Ansible, the host a/b has the file host_vars/a/b; nothing leads out of the folder.
    if (name.startsWith('/') || name.split('/').includes('..')) return vars
    const path = join(directory.path, dirname(name))
    return await readVarsFor(listVarsDirectory(path, reader), basename(name), reader)
  }
  const found = ENDINGS.map((ending) => name + ending).filter((file) => directory.names.has(file))
  for (const [i, file] of found.entries()) {
    const path = join(directory.path, file)
    if (kindOf(path, reader) === 'missing') {
      const summary = 'this link leads nowhere, so no variables are read from it'
      reader.diagnostics.push(warning(summary, displayPath(path, reader.cwd)))
      continue
    }
    const ignored = found.slice(i + 1)
    if (ignored.length > 0) reader.diagnostics.push(shadowed(path, ignored, reader))
    for (const each of filesOf(path, reader)) await readVarsFile(each, vars, reader)
    break
  }
  return vars
}

async function readVarsFile(file: string, vars: Variables, reader: Reader): Promise<void> {
  const node = await readYaml(reader, file)
  if (node === null || isNothing(node)) return
  if (node.kind === 'map') return readVariables(node, vars, reader.diagnostics)
  const summary = 'a file of variables must hold a mapping: name: value'
  reader.diagnostics.push(
    errorDiagnostic('inventory-shape', summary, { source: node.source, hint: 'write one name: value in each line' }),
  )
}

/** What Python takes for false, Ansible takes for an empty file. */
function isNothing(node: YamlNode): boolean {
  if (node.kind === 'scalar') return !node.value
  return node.kind === 'list' && node.items.length === 0
}

type Kind = 'file' | 'directory' | 'other' | 'missing'

/** What a path leads to, over links. */
function kindOf(path: string, reader: Reader): Kind {
  try {
    const status = statSync(resolve(reader.cwd, path))
    return status.isDirectory() ? 'directory' : status.isFile() ? 'file' : 'other'
  } catch {
    return 'missing'
  }
}

/**
 * A file stands for itself; a folder for what is in it, sorted: files of YAML and JSON or without an ending, and folders whose
 * names have no dot; hidden and backup files are left out. `above` are the folders it was reached through.
 */
function filesOf(path: string, reader: Reader, above: readonly string[] = []): string[] {
  if (kindOf(path, reader) !== 'directory') return [path]
  try {
    const real = realpathSync(resolve(reader.cwd, path))
    if (above.includes(real)) return []
    const names = readdirSync(real).filter((name) => !name.startsWith('.') && !name.endsWith('~'))
    const files: string[] = []
    for (const name of names.sort()) {
      const [inner, ending] = [join(path, name), extname(name)]
      const kind = kindOf(inner, reader)
      if (kind === 'directory' && ending === '') files.push(...filesOf(inner, reader, [...above, real]))
      else if (kind === 'file' && ENDINGS.includes(ending)) files.push(inner)
    }
    return files
  } catch (error) {
    reader.diagnostics.push(unreadableFile(error, displayPath(path, reader.cwd)))
    return []
  }
}

function shadowed(path: string, ignored: readonly string[], reader: Reader): Diagnostic {
  const summary = `${ignored.join(' and ')} beside ${basename(path)} ${ignored.length === 1 ? 'is' : 'are'} not read`
  const hint = 'keep one of them, or put all of them into a folder of that name'
  return warning(summary, displayPath(path, reader.cwd), hint)
}

function warning(summary: string, file: string, hint = ''): Diagnostic {
  const error = errorDiagnostic('vars-file-ignored', summary, { hint, source: { file, line: 1, column: 1 } })
  return { ...error, severity: 'warning' }
}
