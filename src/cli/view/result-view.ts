/** Subscriber that puts the results on stdout: as text, as one JSON report, or as NDJSON events. */
import type { Emit } from '../../model/events.ts'
import { renderJson } from '../../report/json.ts'
import { renderPlan } from '../../report/plan.ts'
import type { PlanOptions } from '../../report/plan-change.ts'
import { renderRun } from '../../report/run.ts'
import { renderEvent } from './ndjson.ts'
import type { Screen } from './screen.ts'

/** `none`: the command shows something else. */
export type OutputKind = 'text' | 'json' | 'ndjson' | 'none'

/** `tasksOf`: see recapRows. */
export function resultView(
  kind: OutputKind,
  screen: Screen,
  options: PlanOptions,
  tasksOf: ReadonlyMap<string, number>,
): Emit {
  return (event) => {
    if (kind === 'ndjson') {
      screen.data(renderEvent(event))
    } else if (event.type === 'run-finished') {
      if (kind === 'none') return
      if (kind === 'json') screen.data(renderJson(event.report))
      else screen.out(renderRun(event.report, screen.outStyle, tasksOf))
    } else if (kind === 'text' && event.type === 'plan-ready' && event.plan.hosts.length > 0) {
      screen.out(`${renderPlan(event.plan, screen.outStyle, options)}\n`)
    }
  }
}
