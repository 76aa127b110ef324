/** The inventory of the flags, and those of its hosts that --limit leaves. */
import type { Inventory } from '../../inventory/types.ts'
import { limitHosts } from '../../inventory/select.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic, hasErrors } from '../../model/diagnostic.ts'
import type { Host } from '../../model/host.ts'
import type { Io } from '../io.ts'
import type { InventoryFlags } from '../run/load.ts'
import { readInventory } from '../run/load.ts'

export interface Limited {
  inventory: Inventory
  hosts: Host[]
  /** Warnings. */
  diagnostics: Diagnostic[]
}

/** Of the folder of playbooks group_vars/ and host_vars/ count; as to ansible-inventory, it is the working directory unless given. */
export type LimitedFlags = InventoryFlags & { limit: string | null; 'playbook-dir': string | null }

/** Throws DiagnosticsError with everything that is wrong, or where --limit leaves no host. */
export async function readLimited(flags: LimitedFlags, io: Io): Promise<Limited> {
  const inventory = await readInventory(flags, [flags['playbook-dir'] ?? '.'], io)
  if (flags.limit === null)
    return { inventory, hosts: [...inventory.hosts.values()], diagnostics: inventory.diagnostics }
  const limited = limitHosts(inventory, flags.limit, io.limitPlaces)
  const diagnostics = [...inventory.diagnostics, ...limited.diagnostics]
  if (!hasErrors(diagnostics) && limited.hosts.length === 0)
    diagnostics.push(errorDiagnostic('no-hosts', 'no host is selected', { hint: 'check --limit' }))
  if (hasErrors(diagnostics)) throw new DiagnosticsError(diagnostics)
  return { inventory, hosts: limited.hosts, diagnostics }
}
