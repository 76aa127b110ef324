/** Events as NDJSON: one JSON object a line. Secrets read `[secret]`; the bytes and input of steps are left out. */
import type { PlannedChange, Step } from '../../model/change.ts'
import type { PlayPlan, RunEvent } from '../../model/events.ts'
import { censorChange } from '../../model/no-log.ts'
import { plainValue } from '../../model/plain.ts'
import { sanitizeJson } from '../../report/sanitize.ts'

/** One line, with its line end. */
export function renderEvent(event: RunEvent): string {
  return `${sanitizeJson(JSON.stringify(plainValue(lean(event))))}\n`
}

function lean(event: RunEvent): unknown {
  if (event.type === 'apply-started') return { ...event, changes: event.changes.map(startedChange) }
  if (event.type === 'apply-finished') return { type: event.type, host: event.host, changes: event.changes }
  return event.type === 'plan-ready' ? { ...event, plan: leanPlan(event.plan) } : event
}

function leanPlan(plan: PlayPlan): unknown {
  const hosts = plan.hosts.map((host) => Object.assign({}, host, { changes: host.changes.map(leanChange) }))
  return { ...plan, hosts }
}

function leanChange(change: PlannedChange): unknown {
  return { ...change, apply: change.apply.map(leanStep), undo: change.undo.map(leanStep) }
}

/** Its steps are for the undo record alone: `plan-ready` has told what may be told. */
function startedChange(change: PlannedChange): unknown {
  return { ...censorChange(change), apply: [], undo: [] }
}

function leanStep(step: Step): unknown {
  if (step.kind === 'remove') return step
  if (step.kind === 'run') return { kind: step.kind, argv: step.argv, timeout: step.timeout }
  const { kind, path, mode, owner, group } = step
  return { kind, path, mode, owner, group }
}
