/** Reads inventory and playbooks, and shows what is wrong with both at once. */
import { dirname } from 'node:path'
import { loadInventory } from '../../inventory/load.ts'
import type { Inventory } from '../../inventory/types.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import { loadPlaybook } from '../../playbook/load.ts'
import type { Playbook } from '../../playbook/types.ts'
import type { Io } from '../io.ts'

/** Where a run's plays come from: files, or a playbook that a command made. */
export type PlaybookSource = { files: readonly string[] } | { made: () => Playbook }

export interface Loaded {
  playbooks: Playbook[]
  inventory: Inventory
}

/** Throws DiagnosticsError with everything that is wrong in any of the files. */
export async function loadAll(inventories: readonly string[], source: PlaybookSource, io: Io): Promise<Loaded> {
  const diagnostics: Diagnostic[] = []
  const files = 'files' in source ? source.files : []
  const inventory = await attempt(diagnostics, () => readInventory(inventories, files.map(dirname), io))
  const playbooks: (Playbook | null)[] = []
  for (const file of files) playbooks.push(await attempt(diagnostics, () => loadPlaybook(file, io.cwd)))
  if ('made' in source) playbooks.push(await attempt(diagnostics, async () => source.made()))
  const read = playbooks.filter((playbook) => playbook !== null)
  if (inventory === null || read.length < playbooks.length) throw new DiagnosticsError(diagnostics)
  return { playbooks: read, inventory }
}

async function readInventory(inventories: readonly string[], varsDirs: string[], io: Io): Promise<Inventory> {
  if (inventories.length === 0) {
    const hint = 'name one with -i, for example: -i inventories/pair.yml'
    throw new DiagnosticsError([errorDiagnostic('no-inventory', 'no inventory is given', { hint })])
  }
  return await loadInventory(inventories, io.cwd, varsDirs)
}

async function attempt<T>(diagnostics: Diagnostic[], read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    diagnostics.push(...error.diagnostics)
    return null
  }
}
