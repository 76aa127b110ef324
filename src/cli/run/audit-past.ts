/** What kept runs say of hosts that are audited. */
import type { Past } from '../../engine/audit/around.ts'
import type { Inventory } from '../../inventory/types.ts'
import type { AuditPoint, AuditReport } from '../../model/audit.ts'
import type { PastAudit } from '../../model/past-audit.ts'
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

/**
 * How the fleet, and each of these hosts, came out in earlier audits of a pattern by a profile; those of which none of these
 * hosts was part are of other fleets. Throws DiagnosticsError.
 */
export function trendBefore(
  pattern: string,
  profile: string,
  hosts: readonly string[],
  io: Io,
): Pick<AuditReport, 'trend' | 'hostScores'> {
  const trend = trendIn(summariesOf(io), pattern, profile)
  const scored = trend.slice(-MOST_SCORED)
  const wanted = new Set(hosts)
  const foreign = new Set<string>()
  const read = function* (): Generator<PastAudit> {
    for (const audit of keptAudits(io, scored)) {
      if (!audit.hosts.names.some((name) => wanted.has(name))) foreign.add(audit.runId)
      yield audit
    }
  }
  const { audits, rows } = trendOf(read(), { control: null, group: null, host: null }, 'host')
  const isOurs = ({ runId }: AuditPoint): boolean => !foreign.has(runId)
  const at = new Map(audits.map(({ runId }, index) => [runId, index]))
  const scores = rows
    .filter(({ name }) => wanted.has(name))
    .map(({ name, points }) => [
      name,
      scored.filter(isOurs).map(({ runId }) => points[at.get(runId) ?? -1]?.score ?? null),
    ])
  return { trend: trend.filter(isOurs), hostScores: Object.fromEntries(scores) as AuditReport['hostScores'] }
}
