/** What leaves the engine for eyes and files: without known secrets, and of tasks under `no_log` only that they are. */
import type { PlannedChange, Step } from '../model/change.ts'
import type { PlayPlan, RunEvent } from '../model/events.ts'
import { censorChange } from '../model/no-log.ts'
import { plainValue } from '../model/plain.ts'
import { Secret } from '../model/secret.ts'
import type { Redactor } from '../text/redact.ts'

/** Fields of events and reports by which things are found again, and words of our own: they stay as they are. */
const NAMES = new Set(
  (
    'type runId command host hosts name address attempt module server client kind phase status verdict code severity ' +
    'owner fact inventoryHash startedAt endedAt playbooks inventories limit tags skipTags'
  ).split(' '),
)

/** Fields that hold what was read of hosts: their keys are data as well. */
const DATA = new Set(['before', 'after', 'effects', 'value', 'params'])

/** An event as subscribers get it. */
export function shownEvent(event: RunEvent, secrets: Redactor): RunEvent {
  if (event.type === 'plan-ready') return { ...event, plan: shownPlan(event.plan, secrets) }
  if (event.type === 'apply-started') {
    return { ...event, changes: event.changes.map((change) => keptChange(change, secrets)) }
  }
  if (event.type !== 'apply-finished') return shown(event, secrets)
  return { ...shown(event, secrets), observed: event.observed.map((value) => keptValue(value, secrets)) }
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
 * A change for the undo record, which is for its owner alone and may be encrypted: nothing is missing from it, also under
 * `no_log`, but that what holds a secret is a Secret itself: values as JSON, of a step its bytes or its stdin.
 */
function keptChange(change: PlannedChange, secrets: Redactor): PlannedChange {
  const [before, after] = [keptValue(change.before, secrets), keptValue(change.after, secrets)]
  const kept = (steps: readonly Step[]): Step[] => steps.map((step) => keptStep(step, secrets))
  return { ...shown(change, secrets), before, after, undo: kept(change.undo), apply: kept(change.apply) }
}

function keptValue(value: unknown, secrets: Redactor): unknown {
  if (value instanceof Secret) return new Secret(JSON.stringify(value.reveal()))
  const json = value === undefined ? '' : JSON.stringify(plainValue(value))
  return secrets.occursIn(json) ? new Secret(json) : value
}

function keptStep(step: Step, secrets: Redactor): Step {
  const holds = (texts: readonly (string | Secret | undefined)[]): boolean =>
    texts.some((text) => typeof text === 'string' && secrets.occursIn(text))
  if (step.kind === 'remove') return step
  if (step.kind === 'write') return holds([step.path, step.bytes]) ? { ...step, bytes: asSecret(step.bytes) } : step
  const texts = [step.stdin, step.script?.text, step.chdir, ...step.argv, ...(step.files ?? [])]
  return holds(texts) ? { ...step, stdin: asSecret(step.stdin ?? '') } : step
}

function asSecret(text: string | Secret): Secret {
  return text instanceof Secret ? text : new Secret(text)
}
