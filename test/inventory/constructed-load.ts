/** Constructed inventories over a few hosts. */
import { loadInventory } from '../../src/inventory/load.ts'
import type { Inventory } from '../../src/inventory/types.ts'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { makeFiles } from './files.ts'

const HOSTS = 'a number=1 env=prod\nb env=prod\nc\n'

export async function load(constructed: string, hosts = HOSTS): Promise<Inventory> {
  return await loadInventory(['hosts', 'c.yml'], makeFiles({ hosts, 'c.yml': `plugin: constructed\n${constructed}` }))
}

/** As `severity line:column: summary`. */
export async function said(constructed: string, hosts?: string): Promise<string[]> {
  const { diagnostics } = await load(constructed, hosts).catch((error: unknown) => {
    if (error instanceof DiagnosticsError) return error
    throw error
  })
  return diagnostics.map(({ severity, source, summary }) => `${severity} ${source?.line}:${source?.column}: ${summary}`)
}
