/** Reads inventory and playbooks, and shows what is wrong with both at once. */
import { dirname } from 'node:path'
import type { AssembleOptions, Assembled } from '../../engine/assemble.ts'
import { assemble } from '../../engine/assemble.ts'
import { knowInventory } from '../../inventory/known-secrets.ts'
import { ignoring } from '../../inventory/ignored.ts'
import { loadInventory } from '../../inventory/load.ts'
import type { Inventory } from '../../inventory/types.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import { modules } from '../../modules/registry.ts'
import { fileFolders, loadPlaybook } from '../../playbook/load.ts'
import { parsePlaybook } from '../../playbook/parse.ts'
import type { Playbook } from '../../playbook/types.ts'
import { childEnv } from '../../text/child-env.ts'
import { didYouMean } from '../../text/closest.ts'
import { openBytes } from '../../text/vault-values.ts'
import { settingsOf } from '../config/load.ts'
import type { Io } from '../io.ts'
import { MADE } from './made-playbook.ts'
import type { VaultFlags } from './vault-passwords.ts'
import { vaultOf } from './vault-passwords.ts'

/** What says where hosts come from. */
export type InventoryFlags = VaultFlags & { inventory: string[] }

/** Where a run's plays come from: files, texts of a saved plan, a playbook that a command made, or what a command makes of the inventory. */
export type PlaybookSource =
  | { files: readonly string[] }
  | { made: () => Playbook; hosts: readonly string[] }
  | { texts: readonly { file: string; text: string }[] }
  | { assembled: (options: AssembleOptions) => Assembled }

export interface Loaded {
  playbooks: Playbook[]
  inventory: Inventory
}

/** Whether a playbook has a task `audit`. */
export function hasAudit({ playbooks }: Loaded): boolean {
  return playbooks.some(({ plays }) => plays.some(({ tasks }) => tasks.some(({ module }) => module.kind === 'audit')))
}

/** Throws DiagnosticsError with everything that is wrong in any of the files. */
export async function loadAll(flags: InventoryFlags, source: PlaybookSource, io: Io): Promise<Loaded> {
  const diagnostics: Diagnostic[] = []
  const files = 'files' in source ? source.files : []
  const texts = 'texts' in source ? source.texts : []
  const vault = await vaultOf(flags, io)
  const inventory = await attempt(diagnostics, () =>
    readInventory(flags, [...files, ...texts.map(({ file }) => file)].map(dirname), io),
  )
  const playbooks: (Playbook | null)[] = []
  for (const file of files) playbooks.push(await attempt(diagnostics, () => loadPlaybook(file, modules, io.cwd, vault)))
  for (const { file, text } of texts) {
    playbooks.push(
      await attempt(diagnostics, async () => {
        const opened = Buffer.from(await openBytes(Buffer.from(text), file, vault)).toString('utf8')
        return parsePlaybook(opened, file, modules, fileFolders(file, io.cwd), vault)
      }),
    )
  }
  if ('made' in source) {
    if (inventory !== null) diagnostics.push(...unknownHosts(source.hosts, inventory))
    if (diagnostics.length === 0) playbooks.push(await attempt(diagnostics, async () => placeless(source.made)))
  }
  const read = playbooks.filter((playbook) => playbook !== null)
  if (inventory === null || diagnostics.length > 0) throw new DiagnosticsError(diagnostics)
  return { playbooks: read, inventory }
}

/** What the engine makes of it. A playbook that a command made has no lines that anybody could look up. */
export function assembleFrom(source: PlaybookSource, options: AssembleOptions): Assembled {
  if ('assembled' in source) return source.assembled(options)
  return 'made' in source ? placeless(() => assemble(options)) : assemble(options)
}

function placeless<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    const diagnostics = error.diagnostics.map((diagnostic) =>
      diagnostic.source?.file === MADE ? Object.assign({}, diagnostic, { source: null }) : diagnostic,
    )
    throw new DiagnosticsError(diagnostics)
  }
}

function unknownHosts(names: readonly string[], inventory: Inventory): Diagnostic[] {
  return names
    .filter((name) => !inventory.hosts.has(name))
    .map((name) => {
      const meant = didYouMean(name, inventory.hosts.keys())
      return errorDiagnostic('unknown-host', `no host is named "${name}"`, {
        hint: meant === '' ? 'name a host of the inventory that -i names' : meant,
      })
    })
}

/** The inventories of -i, else those of ANSIBLE_INVENTORY or ansible.cfg. */
export function inventoriesOf({ inventory }: Pick<InventoryFlags, 'inventory'>, io: Io): string[] {
  return inventory.length > 0 ? inventory : (settingsOf(io).inventory ?? [])
}

/** The inventories, their secrets known; DiagnosticsError also where there is none. `varsDirs`: see loadInventory. */
export async function readInventory(flags: InventoryFlags, varsDirs: string[], io: Io): Promise<Inventory> {
  const inventories = inventoriesOf(flags, io)
  if (inventories.length === 0) {
    const hint = 'name one with -i, for example: -i inventories/pair.yml'
    throw new DiagnosticsError([errorDiagnostic('no-inventory', 'no inventory is given', { hint })])
  }
  const env = childEnv(io.env, (value) => io.secrets.occursIn(value))
  const { ignoreExtensions, ignorePatterns } = settingsOf(io)
  const isIgnored = ignoring(ignoreExtensions, ignorePatterns)
  const inventory = await loadInventory(inventories, io.cwd, varsDirs, await vaultOf(flags, io), env, isIgnored)
  knowInventory(io.secrets, inventory)
  return inventory
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
