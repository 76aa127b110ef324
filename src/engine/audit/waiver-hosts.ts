/** The hosts that waivers are for. */
import { isExpired } from '../../audit/waivers.ts'
import type { Waiver } from '../../audit/waivers.ts'
import type { Inventory } from '../../inventory/types.ts'
import { selectHosts } from '../../inventory/select.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'

/**
 * Empty for one that has expired on `today` (YYYY-MM-DD). A host that is in no inventory any more is a warning, so that
 * audits go on when it is taken away; behind `!` it is an error, since a slip there would waive more than was meant.
 */
export function waiverHosts(
  inventory: Inventory,
  waiver: Waiver,
  today: string,
): { names: ReadonlySet<string>; diagnostics: Diagnostic[] } {
  const selected = selectHosts(inventory, waiver.hosts, waiver.source)
  const diagnostics = selected.diagnostics.map((one): Diagnostic =>
    one.code === 'unknown-host' && !waiver.hosts.includes('!') ? { ...one, severity: 'warning' } : one,
  )
  return { names: new Set(isExpired(waiver, today) ? [] : selected.hosts.map(({ name }) => name)), diagnostics }
}
