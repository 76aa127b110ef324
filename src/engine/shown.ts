/** What leaves the engine for eyes and files: without known secrets, and of tasks under `no_log` only that they are. */
import type { PlannedChange, Step } from '../model/change.ts'
import type { PlayPlan, RunEvent } from '../model/events.ts'
import { censorChange } from '../model/no-log.ts'
import { Secret } from '../model/secret.ts'
import type { Redactor } from '../text/redact.ts'

/** Fields of events and reports by which things are found again, and words of our own: they stay as they are. */
const NAMES = new Set(
  (
    'type runId command host hosts name address attempt module server client kind phase status verdict code severity ' +
    'owner inventoryHash startedAt endedAt playbooks inventories limit tags skipTags'
  ).split(' '),
)

/** Fields that hold what was read of hosts: their keys are data as well. */
const DATA = new Set(['before', 'after', 'effects', 'observed'])

/** An event as subscribers get it. */
export function shownEvent(event: RunEvent, secrets: Redactor): RunEvent {
  if (event.type === 'plan-ready') return { ...event, plan: shownPlan(event.plan, secrets) }
  if (event.type !== 'apply-started') return shown(event, secrets)
  return { ...event, changes: event.changes.map((change) => keptChange(change, secrets)) }
}

/** A plan as a person reviews it. */
export function shownPlan(plan: PlayPlan, secrets: Redactor): PlayPlan {
  const hosts = plan.hosts.map((host) => ({ ...host, changes: host.changes.map(censorChange) }))
  return shown({ ...plan, hosts }, secrets)
}

/** A report, or any other record of ours. */
export function shown<T>(record: T, secrets: Redactor): T {
  return secrets.record(record, { names: NAMES, data: DATA })
}

/**
 * A change for the undo record, which is for its owner alone: `no_log` hides nothing there, and steps stay as they are to be
 * run. One in which a secret stands is marked by a Secret, which is never kept.
 */
function keptChange(change: PlannedChange, secrets: Redactor): PlannedChange {
  const kept = (steps: readonly Step[]): Step[] => steps.map((step) => keptStep(step, secrets))
  return { ...shown(change, secrets), undo: kept(change.undo), apply: kept(change.apply) }
}

function keptStep(step: Step, secrets: Redactor): Step {
  const open = (texts: readonly (string | Secret | undefined)[]): boolean =>
    texts.some((text) => typeof text === 'string' && secrets.occursIn(text))
  if (step.kind === 'write') {
    const path = secrets.text(step.path)
    return path !== step.path || open([step.bytes]) ? { ...step, path, bytes: new Secret('') } : step
  }
  if (step.kind === 'remove' || !open([step.stdin, step.chdir, ...step.argv, ...(step.files ?? [])])) return step
  return { kind: 'run', argv: step.argv.map((word) => secrets.text(word)), stdin: new Secret('') }
}
