/** `inventory check`: everything that is wrong or doubtful about an inventory, before anything is done with it. */
import { checkInventory } from '../../inventory/check.ts'
import { resolveConnection } from '../../inventory/connection.ts'
import type { ConnectionFlags, Inventory } from '../../inventory/types.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { DiagnosticsError, hasErrors } from '../../model/diagnostic.ts'
import { EXIT } from '../../model/exit-codes.ts'
import type { Host } from '../../model/host.ts'
import { renderInventoryCheck } from '../../report/inventory.ts'
import { sanitizeJson } from '../../report/sanitize.ts'
import { styleOf } from '../../report/style.ts'
import { addOnce } from '../../text/diagnostics.ts'
import type { Io } from '../io.ts'
import { configuredConnection } from '../run/run-flags.ts'
import type { LimitedFlags } from './limited.ts'
import { readLimited } from './limited.ts'

interface Found {
  /** Null where the inventory cannot be read. */
  counts: { hosts: number; groups: number } | null
  diagnostics: Diagnostic[]
}

/** Prints what it finds; the exit code says whether there are errors. */
export async function check(flags: LimitedFlags & { output: string }, io: Io): Promise<number> {
  const { counts, diagnostics: found } = await find(flags, io)
  // Files of variables beside the inventory are read again as those beside playbooks: what is wrong there counts once.
  const diagnostics: Diagnostic[] = []
  for (const each of found) addOnce(diagnostics, each)
  if (flags.output === 'json') {
    const value = io.secrets.value({ ...(counts ?? { hosts: null, groups: null }), diagnostics })
    io.data.write(`${sanitizeJson(JSON.stringify(value, null, 2))}\n`)
  } else io.stdout.write(renderInventoryCheck(counts, diagnostics, styleOf(io.stdout, io.env)))
  return hasErrors(diagnostics) ? EXIT.notStarted.code : EXIT.ok.code
}

async function find(flags: LimitedFlags, io: Io): Promise<Found> {
  try {
    const { inventory, hosts, diagnostics } = await readLimited(flags, io)
    const all = [
      ...diagnostics,
      ...connectionProblems(inventory, hosts, configuredConnection(io)),
      ...checkInventory(inventory, hosts),
    ]
    // `all` and `ungrouped` are there always.
    return { counts: { hosts: hosts.length, groups: inventory.groups.size - 2 }, diagnostics: all }
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    return { counts: null, diagnostics: error.diagnostics }
  }
}

/** What would be said once the hosts are to be reached, without keywords of a play or flags. */
function connectionProblems(inventory: Inventory, hosts: readonly Host[], settings: ConnectionFlags): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  const play = { become: null, becomeUser: null, remoteUser: null, vars: {} }
  for (const host of hosts) {
    const resolved = resolveConnection(host, play, settings, inventory)
    for (const found of 'notices' in resolved ? resolved.notices : resolved.diagnostics) addOnce(diagnostics, found)
  }
  return diagnostics
}
