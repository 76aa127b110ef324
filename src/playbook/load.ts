/** Reads a playbook from disk. */
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DiagnosticsError } from '../model/diagnostic.ts'
import type { Module } from '../modules/define.ts'
import { decodeText, unreadableFile } from '../text/file.ts'
import type { Vault } from '../text/vault-values.ts'
import { createVault, openBytes } from '../text/vault-values.ts'
import { parsePlaybook } from './parse.ts'
import type { Playbook } from './types.ts'

/**
 * Throws DiagnosticsError with everything that is wrong. `path` is relative to `cwd`, and is the name in messages; `vault`
 * opens what ansible-vault encrypted.
 */
export async function loadPlaybook(
  path: string,
  modules: ReadonlyMap<string, Module>,
  cwd: string = process.cwd(),
  vault: Vault = createVault([]),
): Promise<Playbook> {
  const bytes = await readFile(resolve(cwd, path)).catch((error: unknown) => {
    throw new DiagnosticsError([unreadableFile(error, path)])
  })
  const decoded = decodeText(await openBytes(bytes, path, vault), path)
  if ('diagnostic' in decoded) throw new DiagnosticsError([decoded.diagnostic])
  return parsePlaybook(decoded.text, path, modules, fileFolders(path, cwd), vault)
}

/** Where files that the tasks of a playbook name are looked for, in this order. */
export function fileFolders(playbook: string, cwd: string): string[] {
  const folder = dirname(resolve(cwd, playbook))
  return [join(folder, 'files'), folder, cwd]
}
