/** What a saved plan says of the run that was planned: made for the file, and once more when it is applied. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import type { AssembledTask, Assembled } from '../../engine/assemble.ts'
import { shown as redacted } from '../../engine/shown.ts'
import type { PlannedChange } from '../../model/change.ts'
import type { Connection } from '../../model/host.ts'
import { censorChange } from '../../model/no-log.ts'
import { plainValue } from '../../model/plain.ts'
import type { SavedMachine, SavedPlan, ShownChange } from '../../store/saved-plan.ts'
import type { Redactor } from '../../text/redact.ts'

/** The change as it is shown to people. */
export function shownChange(change: PlannedChange): ShownChange {
  const { task, module, fact, summary, before, after } = censorChange(change)
  return { task, module, fact, summary, before: plainValue(before), after: plainValue(after) }
}

/** What each task wishes of each host. Of tasks under `no_log` a digest alone, salted by the run that planned them. */
export function variablesOf({ plays }: Assembled, runId: string, secrets: Redactor): SavedPlan['variables'] {
  const kept = ({ noLog }: AssembledTask, want: unknown): unknown => {
    const plain = plainValue(want)
    return noLog === true ? { digest: sha256(`${runId}\0${JSON.stringify(redacted(plain, secrets))}`) } : plain
  }
  const all = plays.flatMap((play) =>
    play.tasks.map((task) => ({
      play: play.name,
      task: task.name,
      wants: Object.fromEntries([...task.wants].map(([host, want]) => [host, kept(task, want)])),
    })),
  )
  return redacted(all, secrets)
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** Where each host is reached and as whom: once, or once for each play that does it in a way of its own. */
export function machinesOf({ plays }: Assembled, secrets: Redactor): SavedPlan['hosts'] {
  const machines = new Map<string, Map<string, SavedMachine>>()
  for (const { host, connection } of plays.flatMap(({ batches }) => batches.flat())) {
    const { jumps, openssh } = connection
    const machine = redacted({ ...placeOf(connection), jumps: jumps.map(placeOf), openssh }, secrets)
    const known = machines.get(host.name) ?? new Map<string, SavedMachine>()
    machines.set(host.name, known.set(JSON.stringify(machine), machine))
  }
  return Object.fromEntries([...machines].map(([host, known]) => [host, [...known.values()]]))
}

function placeOf({ address, port, user }: Connection): { address: string; port: number; user: string } {
  return { address, port, user }
}

/**
 * A path of one folder as it is from the other: plans keep theirs from their own folder, so that a checkout can lie anywhere.
 * Absolute ones stay, and so do lists of hosts (`host1,host2,`).
 */
export function pathBetween(from: string, to: string, path: string): string {
  const whole = resolve(from, path)
  if (isAbsolute(path) || (path.includes(',') && !existsSync(whole))) return path
  return relative(to, whole) || '.'
}
