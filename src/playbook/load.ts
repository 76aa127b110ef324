/** Reads a playbook from disk. */
import fs from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DiagnosticsError } from '../model/diagnostic.ts'
import type { Module } from '../modules/define.ts'
import { decodeText, unreadableFile } from '../text/file.ts'
import type { Vault } from '../text/vault-values.ts'
import { createVault, openBytes } from '../text/vault-values.ts'
import { wholeFileReader } from '../text/whole-file.ts'
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
  const decoded = decodeText(await openBytes(bytesOf(path, cwd), path, vault), path)
  if ('diagnostic' in decoded) throw new DiagnosticsError([decoded.diagnostic])
  return parsePlaybook(decoded.text, path, modules, fileFolders(path, cwd), vault)
}

const readBounded = wholeFileReader(fs)

function bytesOf(path: string, cwd: string): Buffer {
  try {
    return readBounded(resolve(cwd, path))
  } catch (error) {
    throw new DiagnosticsError([unreadableFile(error, path)])
  }
}

/** Where files that the tasks of a playbook name are looked for, in this order. */
export function fileFolders(playbook: string, cwd: string): string[] {
  const folder = dirname(resolve(cwd, playbook))
  return [join(folder, 'files'), folder, cwd]
}
