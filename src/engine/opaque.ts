/** Tasks that run what their author wrote: `command`, `shell`, `script`. */
import type { PlannedChange } from '../model/change.ts'
import { isLasting } from '../model/change.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import type { AssembledTask } from './assemble.ts'

/** Parameters that every opaque module has. */
interface OpaqueWant {
  disruptive?: boolean
  undo?: unknown
}

export function isOpaque(task: AssembledTask): boolean {
  return task.module.kind === 'host' && task.module.opaque === true
}

/** The fact of an opaque task's change, by the task's name: its command may be long, secret, or the same as another's. */
export function opaqueFact({ name, module, index }: AssembledTask): string {
  return `${module.name}/${name === module.name ? `task ${index + 1}` : name}`
}

/**
 * Under a guard what outlasts a reboot is written last, after the commands. An opaque task may need what was written before
 * it, so it then waits for a segment of its own. `earlier`: changes of the segment so far, on all hosts.
 */
export function waitsForWrites(task: AssembledTask, earlier: readonly PlannedChange[]): boolean {
  const made = earlier.filter((change) => !change.checkOnly)
  const wants = [...task.wants.values()] as OpaqueWant[]
  const isGuarded = [...made, ...wants].some(({ disruptive }) => disruptive === true)
  return isGuarded && made.some(({ apply }) => apply.some(isLasting))
}

/** What could cut a host off for good. `guard`: the run's guard time in seconds; null: none; unset: it has some. */
export function unguarded(tasks: readonly AssembledTask[], guard: number | null | undefined): Diagnostic[] {
  return tasks
    .filter((task) => isOpaque(task) && (task.guard === undefined ? guard : task.guard) !== null)
    .filter(({ wants }) =>
      ([...wants.values()] as OpaqueWant[]).some((want) => want.disruptive === true && want.undo === undefined),
    )
    .map(({ module, source }) => {
      const summary = `${module.name}: disruptive without undo: nothing could bring back a host that it cuts off`
      const hint = 'give undo: what takes it back; or write guard: off beside it, to run it without a guard'
      return errorDiagnostic('undo-missing', summary, { source, hint })
    })
}
