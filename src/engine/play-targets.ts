/** How the hosts of a play are reached. */
import { resolveConnection } from '../inventory/connection.ts'
import type { ConnectionFlags, Inventory } from '../inventory/types.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import type { Host, Target } from '../model/host.ts'
import type { Play, Task } from '../playbook/types.ts'
import { addOnce } from '../text/diagnostics.ts'

interface TargetOptions {
  inventory: Inventory
  connection: ConnectionFlags
}

/** Hosts of the inventory that have no part in the play, as far as it is known how they are reached. */
export function othersOf({ inventory, connection }: TargetOptions, play: Play, targets: readonly Target[]): Target[] {
  const own = new Set(targets.map(({ host }) => host.name))
  const way = { become: null, becomeUser: null, remoteUser: play.remoteUser, vars: {} }
  return [...inventory.hosts.values()].flatMap((host): Target[] => {
    if (own.has(host.name)) return []
    const resolved = resolveConnection(host, way, connection, inventory)
    return 'connection' in resolved ? [{ host, connection: resolved.connection }] : []
  })
}

/** How one host is reached in this play. Become holds for all of a play's tasks: they run in one script. */
export function playTarget(
  options: TargetOptions,
  play: Play,
  tasks: readonly Task[],
  host: Host,
  diagnostics: Diagnostic[],
): Target[] {
  const odd = tasks.find((task) => (task.become ?? becomes(play)) !== (tasks[0]!.become ?? becomes(play)))
  if (odd !== undefined) {
    addOnce(
      diagnostics,
      errorDiagnostic('become-differs', `task "${odd.name}": become differs from the play's other tasks`, {
        hint: 'all tasks of a play run in one script per host: give them one become, or make two plays',
        source: odd.source,
      }),
    )
  }
  const resolved = resolveConnection(
    host,
    {
      become: tasks[0]?.become ?? play.become,
      becomeUser: tasks[0]?.becomeUser ?? play.becomeUser,
      remoteUser: play.remoteUser,
      connection: play.connection,
      vars: play.vars,
      originOf: play.originOf,
    },
    options.connection,
    options.inventory,
  )
  for (const diagnostic of 'notices' in resolved ? resolved.notices : resolved.diagnostics) {
    addOnce(diagnostics, diagnostic)
  }
  return 'connection' in resolved ? [{ host, connection: resolved.connection }] : []
}

/** Hosts that are all this machine: each would undo and lock what the others do. */
export function findDoubles(play: Play, targets: readonly Target[]): Diagnostic[] {
  const here = targets.filter(({ connection }) => connection.local === true).map(({ host }) => host.name)
  if (here.length < 2) return []
  const hint = 'leave one of them in the play: connection: local makes a host of the machine that this runs on'
  const summary = `${here.slice(0, 3).join(', ')}${here.length > 3 ? ', …' : ''} are all this machine`
  return [errorDiagnostic('same-machine', summary, { hint, source: play.hostsSource })]
}

function becomes(play: Play): boolean {
  return play.become ?? false
}
