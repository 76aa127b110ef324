/** What kept runs say of hosts that are audited. */
import type { Past } from '../../engine/audit/around.ts'
import type { Inventory } from '../../inventory/types.ts'
import type { AuditReport } from '../../model/audit.ts'
import { trendOf } from '../../report/audit/trend.ts'
import { loadApplied } from '../../store/applied.ts'
import { trendIn } from '../../store/audit-history.ts'
import { loadPastTests } from '../../store/past-tests.ts'
import type { Io } from '../io.ts'
import { keptAudits, summariesOf } from './audit-history.ts'
import { recordOpener } from './vault.ts'
import type { VaultFlags } from './vault-passwords.ts'

/** Throws DiagnosticsError. */
export async function loadPast({ hosts }: Inventory, flags: VaultFlags, io: Io): Promise<Past> {
  const open = await recordOpener(flags, io)
  return { tests: loadPastTests(io.cwd), appliedTo: await loadApplied(io.cwd, new Set(hosts.keys()), open) }
}

/** Audits whose scores of hosts a report has: enough to see where each is going, and small beside its evidence. */
const MOST_SCORED = 30

/** How the fleet, and each of these hosts, came out in earlier audits of a pattern by a profile. Throws DiagnosticsError. */
export function trendBefore(
  pattern: string,
  profile: string,
  hosts: readonly string[],
  io: Io,
): Pick<AuditReport, 'trend' | 'hostScores'> {
  const trend = trendIn(summariesOf(io), pattern, profile)
  const scored = trend.slice(-MOST_SCORED)
  const { audits, rows } = trendOf(keptAudits(io, scored), { control: null, group: null, host: null }, 'host')
  const wanted = new Set(hosts)
  const at = new Map(audits.map(({ runId }, index) => [runId, index]))
  const scores = rows
    .filter(({ name }) => wanted.has(name))
    .map(({ name, points }) => [name, scored.map(({ runId }) => points[at.get(runId) ?? -1]?.score ?? null)])
  return { trend, hostScores: Object.fromEntries(scores) as AuditReport['hostScores'] }
}
