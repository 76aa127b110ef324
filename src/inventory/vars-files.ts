/** group_vars/ and host_vars/: finds and reads the files that belong to a name. */
import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { unreadableFile } from '../text/file.ts'
import type { Variables } from './draft.ts'
import type { Reader } from './read.ts'
import { displayPath, readYaml } from './read.ts'
import { readVariables } from './yaml-inventory.ts'

/** In the order in which Ansible looks; the first that exists is taken. */
const ENDINGS = ['', '.yml', '.yaml', '.json']

/** One group_vars/ or host_vars/ directory, listed once and read on demand. */
export interface VarsDirectory {
  path: string
  names: ReadonlySet<string>
}

/** Lists a directory; one that is not there has no names. */
export async function listVarsDirectory(path: string, reader: Reader): Promise<VarsDirectory> {
  try {
    return { path, names: new Set(await readdir(resolve(reader.cwd, path))) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      reader.diagnostics.push(unreadableFile(error, displayPath(path, reader.cwd)))
    }
    return { path, names: new Set() }
  }
}

/** The variables that a directory has for one group or host; later files of a folder override earlier ones. */
export async function readVarsFor(directory: VarsDirectory, name: string, reader: Reader): Promise<Variables> {
  const vars: Variables = new Map()
  const found = ENDINGS.map((ending) => name + ending).filter((file) => directory.names.has(file))
  const [first, ...ignored] = found
  if (first === undefined || name.includes('/')) return vars
  if (ignored.length > 0) reader.diagnostics.push(shadowed(directory.path, first, ignored, reader))
  for (const file of await filesOf(join(directory.path, first), reader)) {
    const node = await readYaml(reader, file)
    if (node === null) continue
    if (node.kind === 'map') {
      readVariables(node, vars, reader.diagnostics)
    } else if (node.kind !== 'scalar' || node.value !== null) {
      const summary = 'a file of variables must hold a mapping: name: value'
      reader.diagnostics.push(errorDiagnostic('inventory-shape', summary, { source: node.source }))
    }
  }
  return vars
}

/** A file stands for itself; a folder for what is in it, sorted, hidden and backup files left out. */
async function filesOf(path: string, reader: Reader): Promise<string[]> {
  try {
    if (!(await stat(resolve(reader.cwd, path))).isDirectory()) return [path]
    const entries = await readdir(resolve(reader.cwd, path), { withFileTypes: true })
    const sorted = entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    const nested = await Promise.all(sorted.map((entry) => filesOfEntry(path, entry, reader)))
    return nested.flat()
  } catch (error) {
    reader.diagnostics.push(unreadableFile(error, displayPath(path, reader.cwd)))
    return []
  }
}

async function filesOfEntry(folder: string, entry: Dirent, reader: Reader): Promise<string[]> {
  if (entry.name.startsWith('.') || entry.name.endsWith('~')) return []
  const path = join(folder, entry.name)
  const ending = extname(entry.name)
  if (ending === '') return filesOf(path, reader)
  if (!ENDINGS.includes(ending)) return []
  const isDirectory = entry.isDirectory() || (entry.isSymbolicLink() && (await isDirectoryAt(path, reader)))
  return isDirectory ? [] : [path]
}

async function isDirectoryAt(path: string, reader: Reader): Promise<boolean> {
  try {
    return (await stat(resolve(reader.cwd, path))).isDirectory()
  } catch {
    return false
  }
}

function shadowed(directory: string, taken: string, ignored: readonly string[], reader: Reader): Diagnostic {
  const file = displayPath(join(directory, taken), reader.cwd)
  const summary = `${ignored.join(' and ')} beside ${taken} ${ignored.length === 1 ? 'is' : 'are'} not read`
  const hint = 'keep one of them, or put all of them into a folder of that name'
  const error = errorDiagnostic('vars-file-ignored', summary, { hint, source: { file, line: 1, column: 1 } })
  return { ...error, severity: 'warning' }
}
