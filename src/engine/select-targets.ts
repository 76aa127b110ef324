/** The hosts of a pattern, and how each is reached, for commands that only read. */
import { resolveConnection } from '../inventory/connection.ts'
import type { LimitPlaces, Selection } from '../inventory/select.ts'
import { limitHosts, selectHosts } from '../inventory/select.ts'
import type { ConnectionFlags, Inventory } from '../inventory/types.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic, hasErrors } from '../model/diagnostic.ts'
import type { Emit } from '../model/events.ts'
import type { Target } from '../model/host.ts'
import { addOnce } from '../text/diagnostics.ts'
import type { Redactor } from '../text/redact.ts'
import type { Transport } from '../transport/types.ts'

export interface TargetOptions {
  inventory: Inventory
  pattern: string
  limit: string | null
  limitPlaces?: LimitPlaces | undefined
  connection: ConnectionFlags
}

/** What a command that reads hosts is given. */
export interface ReadOptions extends TargetOptions {
  /** Hosts that are read at once. */
  forks: number
  /** Longest time for reading one host, in seconds. */
  timeoutSeconds: number
  transport: Transport
  /** At the first interrupt no further host is started; at the second, running reads are cut. */
  interrupt: AbortSignal
  kill: AbortSignal
  emit: Emit
  /** Learns all secrets, and keeps them out of events and reports. Default: one of its own. */
  secrets?: Redactor
}

/** Throws DiagnosticsError where one cannot be resolved or none is selected. `diagnostics` are warnings. */
export function selectTargets(options: TargetOptions): { targets: Target[]; diagnostics: Diagnostic[] } {
  const { inventory, limit } = options
  const { hosts, diagnostics: found } = limitedHosts(options)
  const diagnostics = [...inventory.diagnostics, ...found]
  const targets = hosts.flatMap((host): Target[] => {
    const play = { become: null, becomeUser: null, remoteUser: null, vars: {} }
    const resolved = resolveConnection(host, play, options.connection, inventory)
    for (const diagnostic of 'notices' in resolved ? resolved.notices : resolved.diagnostics) {
      addOnce(diagnostics, diagnostic)
    }
    return 'connection' in resolved ? [{ host, connection: resolved.connection }] : []
  })
  if (!hasErrors(diagnostics) && targets.length === 0) {
    const hint = limit === null ? 'check the pattern' : 'check the pattern and --limit'
    diagnostics.push(errorDiagnostic('no-hosts', 'no host is selected', { hint }))
  }
  if (hasErrors(diagnostics)) throw new DiagnosticsError(diagnostics)
  return { targets, diagnostics }
}

/** The hosts of a pattern that --limit leaves. */
export function limitedHosts(options: Omit<TargetOptions, 'connection'>): Selection {
  const { inventory, pattern, limit } = options
  const selected = selectHosts(inventory, pattern, null)
  if (limit === null) return selected
  const limited = limitHosts(inventory, limit, options.limitPlaces)
  const allowed = new Set(limited.hosts.map((host) => host.name))
  return {
    hosts: selected.hosts.filter((host) => allowed.has(host.name)),
    diagnostics: [...selected.diagnostics, ...limited.diagnostics],
  }
}
