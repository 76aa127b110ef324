/** From the undo records of a run to what the engine does: one task that takes each host back. */
import type { Assembled } from '../../engine/assemble.ts'
import { orderedBatches } from '../../engine/jump-order.ts'
import { rollbackModule } from '../../engine/rollback.ts'
import { resolveConnection } from '../../inventory/connection.ts'
import type { LimitPlaces } from '../../inventory/select.ts'
import { hostNamed, limitHosts } from '../../inventory/select.ts'
import type { ConnectionFlags, Inventory } from '../../inventory/types.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic, hasErrors } from '../../model/diagnostic.ts'
import type { Target } from '../../model/host.ts'
import type { UndoRecord } from '../../store/undo-record.ts'
import { keptChanges } from '../../store/undo-record.ts'
import { didYouMean } from '../../text/closest.ts'
import { addOnce } from '../../text/diagnostics.ts'
import type { TakenBack } from './taken-back.ts'
import { markTaken, takeBackTask } from './taken-back.ts'

/** Throws DiagnosticsError: nothing to take back, a host that the inventory lacks or reaches elsewhere than the run did. */
export function assembleRollback(
  runId: string,
  records: readonly UndoRecord[],
  options: {
    inventory: Inventory
    limit: string | null
    limitPlaces?: LimitPlaces | undefined
    connection: ConnectionFlags
    taken: TakenBack
    /** Hosts of which nobody knows whether an earlier rollback of this run ran its commands, with that rollback. */
    unknown: ReadonlyMap<string, string>
    /** What to take back in its place, where it changed nothing. */
    instead: () => string
  },
): Assembled {
  const { inventory, limit, connection, taken } = options
  const limited = limit === null ? null : limitHosts(inventory, limit, options.limitPlaces)
  const diagnostics: Diagnostic[] = [...inventory.diagnostics, ...(limited?.diagnostics ?? [])]
  const allowed = limited === null ? null : new Set(limited.hosts.map(({ name }) => name))
  const chosen = records.filter(({ host }) => allowed === null || allowed.has(host))
  const targets = chosen.flatMap((record) => recordedTarget(record, inventory, connection, diagnostics))
  if (chosen.length === 0 && !hasErrors(diagnostics)) {
    const hint =
      limit === null
        ? `runs show tells what it did${options.instead()}`
        : 'check --limit; runs show tells which hosts it changed'
    diagnostics.push(
      errorDiagnostic('nothing-to-undo', `run ${runId} changed nothing that could be taken back`, { hint }),
    )
  }
  for (const { host } of chosen) {
    const open = options.unknown.get(host)
    if (open !== undefined) diagnostics.push(unknownRollback(host, runId, open))
  }
  if (hasErrors(diagnostics)) throw new DiagnosticsError(diagnostics)
  const wants = new Map(
    chosen.map((record) => [record.host, { runId, changes: markTaken(keptChanges(record), taken.get(record.host)) }]),
  )
  const source = { file: runId, line: 1, column: 1 }
  const task = { index: 0, name: takeBackTask(runId), module: rollbackModule, wants, checkOnly: false, source }
  const play = { name: `Rollback of ${runId}`, batches: orderedBatches(targets, []), tasks: [task] }
  return { plays: [{ ...play, anyErrorsFatal: false, maxFailPercentage: null }], diagnostics }
}

function unknownRollback(host: string, runId: string, open: string): Diagnostic {
  const summary = `whether rollback ${open} ran the commands that take ${runId} back on ${host} is unknown`
  const hint = `apply --resume ${open} asks the host; or leave it out with --limit`
  return errorDiagnostic('unknown-rollback', summary, { hint })
}

/** A host as a run reached it; nothing, after a diagnostic, where the inventory lacks it or reaches it elsewhere. */
export function recordedTarget(
  record: UndoRecord,
  inventory: Inventory,
  flags: ConnectionFlags,
  diagnostics: Diagnostic[],
): Target[] {
  const host = hostNamed(inventory, record.host)
  if (host === undefined) {
    const near = didYouMean(record.host, inventory.hosts.keys())
    const hint = near === '' ? 'name the inventory that the run had with -i, or leave it out with --limit' : near
    diagnostics.push(
      errorDiagnostic('unknown-host', `the run changed ${record.host}, which the inventory lacks`, { hint }),
    )
    return []
  }
  const play = { become: record.become !== null, becomeUser: record.become, remoteUser: null, vars: {} }
  const resolved = resolveConnection(host, play, flags, inventory)
  if ('diagnostics' in resolved) {
    for (const diagnostic of resolved.diagnostics) addOnce(diagnostics, diagnostic)
    return []
  }
  for (const notice of resolved.notices) addOnce(diagnostics, notice)
  const { address } = resolved.connection
  if (address !== record.address) {
    const hint = 'if it is the same host, leave it out with --limit and set it by hand; else check the inventory'
    diagnostics.push(otherAddress(record, address, hint))
    return []
  }
  return [{ host, connection: resolved.connection }]
}

/** Of a host that the inventory reaches elsewhere than the run did: it may be another machine. */
export function otherAddress({ host, address }: UndoRecord, now: string, hint: string): Diagnostic {
  return errorDiagnostic('other-address', `${host} is at ${now} now; the run changed it at ${address}`, { hint })
}
