/** Reading files for the inventory: every byte goes into one hash, every failure is a diagnostic. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import { DiagnosticsError } from '../model/diagnostic.ts'
import { childEnv } from '../text/child-env.ts'
import { decodeText, unreadableFile } from '../text/file.ts'
import type { Vault } from '../text/vault-values.ts'
import { createVault, openBytes } from '../text/vault-values.ts'
import { wholeFileReader } from '../text/whole-file.ts'
import { parseYaml } from '../text/yaml.ts'
import type { YamlNode } from '../text/yaml-node.ts'
import type { IsIgnored } from './ignored.ts'
import { ignoring } from './ignored.ts'

export interface Reader {
  cwd: string
  diagnostics: Diagnostic[]
  /** Opens what ansible-vault encrypted. */
  vault: Vault
  /** Files, as messages name them, that are encrypted as a whole, each with its text. */
  encrypted: ReadonlyMap<string, string>
  /** The text of a file, decrypted, or null where a diagnostic says why not. */
  text: (path: string) => Promise<string | null>
  /** Tells of entries of a directory whether they are passed over. */
  isIgnored: IsIgnored
  /** The environment of programs that are run. */
  env: Record<string, string>
  /** Takes something that was read into the hash. */
  count: (name: string, bytes: Uint8Array) => void
  /** Hex digest over all that was read so far, names and bytes. */
  digest: () => string
}

/** What has no end, or would keep us waiting, is refused. Throws as the file system does. */
export const readBounded = wholeFileReader(fs)

export function newReader(
  cwd: string,
  vault: Vault = createVault([]),
  env: Record<string, string> = childEnv(process.env, () => false),
  isIgnored: IsIgnored = ignoring(null, null),
): Reader {
  const hash = createHash('sha256')
  const count = (name: string, bytes: Uint8Array): void => {
    hash.update(`${name}\0${bytes.length}\0`).update(bytes)
  }
  const diagnostics: Diagnostic[] = []
  const encrypted = new Map<string, string>()
  const text = async (path: string): Promise<string | null> => {
    const file = displayPath(path, cwd)
    try {
      // Nothing else goes on meanwhile, and ten thousand small files are read in a tenth of the time.
      const bytes = readBounded(resolve(cwd, path))
      count(file, bytes)
      const opened = await openBytes(bytes, file, vault)
      const decoded = decodeText(opened, file)
      if (opened !== bytes) encrypted.set(file, 'text' in decoded ? decoded.text : '')
      if ('text' in decoded) return decoded.text
      diagnostics.push(decoded.diagnostic)
    } catch (error) {
      diagnostics.push(...(error instanceof DiagnosticsError ? error.diagnostics : [unreadableFile(error, file)]))
    }
    return null
  }
  return { cwd, diagnostics, vault, encrypted, text, isIgnored, env, count, digest: () => hash.copy().digest('hex') }
}

/** The tree of a YAML file; null where it is empty or a diagnostic says what is wrong. */
export async function readYaml(reader: Reader, path: string): Promise<YamlNode | null> {
  const text = await reader.text(path)
  if (text === null) return null
  const { node, diagnostics } = parseYaml(text, displayPath(path, reader.cwd), reader.vault)
  reader.diagnostics.push(...diagnostics)
  return node
}

/** A path as messages show it: relative to the working directory where it is below it. */
export function displayPath(path: string, cwd: string): string {
  const below = relative(cwd, resolve(cwd, path))
  return below === '' || below.startsWith('..') || isAbsolute(below) ? path : below
}
