/** Reading files for the inventory: every byte goes into one hash, every failure is a diagnostic. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import { decodeText, unreadableFile } from '../text/file.ts'
import { parseYaml } from '../text/yaml.ts'
import type { YamlNode } from '../text/yaml-node.ts'

export interface Reader {
  cwd: string
  diagnostics: Diagnostic[]
  /** The text of a file, or null where a diagnostic says why not. */
  text: (path: string) => Promise<string | null>
  /** Hex digest over all that was read so far, names and bytes. */
  digest: () => string
}

export function newReader(cwd: string): Reader {
  const hash = createHash('sha256')
  const diagnostics: Diagnostic[] = []
  const text = async (path: string): Promise<string | null> => {
    const file = displayPath(path, cwd)
    try {
      const bytes = await readFile(resolve(cwd, path))
      hash.update(`${file}\0${bytes.length}\0`).update(bytes)
      const decoded = decodeText(bytes, file)
      if ('text' in decoded) return decoded.text
      diagnostics.push(decoded.diagnostic)
    } catch (error) {
      diagnostics.push(unreadableFile(error, file))
    }
    return null
  }
  return { cwd, diagnostics, text, digest: () => hash.copy().digest('hex') }
}

/** The tree of a YAML file; null where it is empty or a diagnostic says what is wrong. */
export async function readYaml(reader: Reader, path: string): Promise<YamlNode | null> {
  const text = await reader.text(path)
  if (text === null) return null
  const { node, diagnostics } = parseYaml(text, displayPath(path, reader.cwd))
  reader.diagnostics.push(...diagnostics)
  return node
}

/** A path as messages show it: relative to the working directory where it is below it. */
export function displayPath(path: string, cwd: string): string {
  const below = relative(cwd, resolve(cwd, path))
  return below === '' || below.startsWith('..') || isAbsolute(below) ? path : below
}
