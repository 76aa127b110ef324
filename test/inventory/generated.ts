/** Inventories made at random: how many, and what is compared of them. */
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { listInventory } from '../../src/inventory/show.ts'

/** REFEREE_RUNS=1000 on demand. */
export const RUNS = Number(process.env['REFEREE_RUNS'] ?? 50)

/** Kinds of refusals that test/cases/referee/differences.yml has: Ansible takes these. */
const DELIBERATE = new Set(['range-cap', 'range-empty', 'bad-port', 'foreign-value', 'reserved-name', 'unknown-key'])

/** As JSON has it, or that it is refused; null where we refuse on purpose what Ansible takes. */
export async function ours(dir: string, file: string): Promise<unknown> {
  try {
    const inventory = await loadInventory([file], dir)
    return JSON.parse(JSON.stringify(listInventory(inventory, [...inventory.hosts.values()]))) as unknown
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    return error.diagnostics.some(({ code }) => DELIBERATE.has(code)) ? null : 'refused'
  }
}
