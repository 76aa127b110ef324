/** What kept runs say of hosts that are audited. */
import type { Past } from '../../engine/audit/around.ts'
import type { Inventory } from '../../inventory/types.ts'
import { loadApplied } from '../../store/applied.ts'
import { loadPastTests } from '../../store/past-tests.ts'
import type { Io } from '../io.ts'
import { recordOpener } from './vault.ts'
import type { VaultFlags } from './vault-passwords.ts'

/** Throws DiagnosticsError. */
export async function loadPast({ hosts }: Inventory, flags: VaultFlags, io: Io): Promise<Past> {
  const open = await recordOpener(flags, io)
  return { tests: loadPastTests(io.cwd), appliedTo: await loadApplied(io.cwd, new Set(hosts.keys()), open) }
}
