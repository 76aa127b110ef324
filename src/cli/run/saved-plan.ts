/** `plan --out FILE` and `apply FILE`: what was reviewed is what is done, or nothing is. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Assembled } from '../../engine/assemble.ts'
import { expectedResults, keepFacts } from '../../engine/expected.ts'
import { factsOf } from '../../engine/members.ts'
import { planSegment } from '../../engine/plan.ts'
import type { FactResults } from '../../engine/script/probe.ts'
import { shown as redacted } from '../../engine/shown.ts'
import type { PlannedChange } from '../../model/change.ts'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import type { Emit, PlayPlan, RunRequestRecord } from '../../model/events.ts'
import { censorChange } from '../../model/no-log.ts'
import { plainValue } from '../../model/plain.ts'
import { writeDurably } from '../../store/durable.ts'
import type { SavedFact, SavedPlan, ShownChange } from '../../store/saved-plan.ts'
import { newSavedPlan, parseSavedPlan } from '../../store/saved-plan.ts'
import type { Redactor } from '../../text/redact.ts'
import type { Io } from '../io.ts'

/** Collects a plan while it is made; `write` puts it into the file (0600). */
export function planKeeper(
  file: string,
  { io, assembled, request, runId }: { io: Io; assembled: Assembled; request: RunRequestRecord; runId: string },
): { onFacts: (host: string, results: FactResults) => void; subscriber: Emit; write: () => void } {
  const facts: Record<string, Record<string, SavedFact>> = {}
  const shown: Record<string, ShownChange[]> = {}
  return {
    onFacts: (host, results) => {
      facts[host] = { ...keepFacts(results, io.secrets), ...facts[host] }
    },
    subscriber: (event) => {
      if (event.type !== 'plan-ready') return
      for (const { host, changes } of event.plan.hosts) (shown[host] ??= []).push(...changes.map(shownChange))
    },
    write: () => {
      const playbooks = request.playbooks.map((name) => ({
        file: name,
        text: readFileSync(resolve(io.cwd, name), 'utf8'),
      }))
      const { inventories, limit, tags, skipTags } = request
      const variables = variablesOf(assembled, io.secrets)
      const rest = { runId, playbooks, inventories, limit, tags, skipTags, variables, facts, shown }
      writeDurably(resolve(io.cwd, file), `${JSON.stringify(redacted(newSavedPlan(rest), io.secrets), null, 1)}\n`)
    },
  }
}

function shownChange(change: PlannedChange): ShownChange {
  const { task, module, fact, summary, before, after } = censorChange(change)
  return { task, module, fact, summary, before: plainValue(before), after: plainValue(after) }
}

function variablesOf(assembled: Assembled, secrets: Redactor): SavedPlan['variables'] {
  const all = assembled.plays.flatMap((play) =>
    play.tasks.map((task) => ({
      play: play.name,
      task: task.name,
      wants: Object.fromEntries([...task.wants].map(([host, want]) => [host, plainValue(want)])),
    })),
  )
  return redacted(all, secrets)
}

/** The saved plan that the arguments name, or null where they name playbooks. Throws DiagnosticsError. */
export function readSavedPlan(args: readonly string[], io: Io): { plan: SavedPlan; text: string; file: string } | null {
  const [file = ''] = args
  if (args.length !== 1 || /\.ya?ml$/.test(file)) return null
  try {
    const text = readFileSync(resolve(io.cwd, file), 'utf8')
    const plan = parseSavedPlan(text, file)
    return plan === null ? null : { plan, text, file }
  } catch (error) {
    if (error instanceof DiagnosticsError) throw error
    // What cannot be read is told by who reads playbooks.
    return null
  }
}

/** Throws DiagnosticsError where the plan does not come out as it was shown: edited, or variables are others now. */
export function checkSavedPlan(saved: SavedPlan, assembled: Assembled, secrets: Redactor): void {
  const now = variablesOf(assembled, secrets)
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(now)), saved.variables)) {
    const differs = now.find((task, index) => !isDeepStrictEqual(task, saved.variables[index]))
    const summary = `hosts or variables are not those of the plan${differs === undefined ? '' : `: task "${differs.task}"`}`
    throw refused(summary, 'make the plan anew, and look at it')
  }
  for (const [host, problem] of replanned(saved, assembled)) {
    throw refused(`planned again from the facts in the file, ${host} comes out otherwise than shown: ${problem}`)
  }
}

/** Hosts of the first play whose changes are not those that were shown. Hosts with facts that are no values are left to apply. */
function* replanned(saved: SavedPlan, assembled: Assembled): Generator<[host: string, problem: string]> {
  const [play, ...more] = assembled.plays
  if (play === undefined || more.length > 0) return
  for (const batch of play.batches) {
    const hosts = batch.map(({ host: { name } }) => {
      const gathered = expectedResults(saved.facts[name] ?? {})
      const absent = saved.facts[name] === undefined ? 'not read when the plan was made' : null
      return {
        name,
        gathered,
        fold: { name, facts: factsOf(play.tasks, name), gathered: gathered ?? new Map(), absent },
      }
    })
    if (hosts.some(({ gathered }) => gathered === null)) continue
    const result = planSegment(
      play.tasks,
      hosts.map(({ fold }) => fold),
      { start: 0, through: true },
    )
    for (const { name, fold } of hosts.filter(({ fold: { absent } }) => absent === null)) {
      const changes = result.plans.get(fold.name)!.changes.map(shownChange)
      const problem = firstDifference(changes, saved.shown[name] ?? [])
      if (problem !== null) yield [name, problem]
    }
  }
}

function firstDifference(now: readonly ShownChange[], shown: readonly ShownChange[]): string | null {
  const count = Math.max(now.length, shown.length)
  for (let index = 0; index < count; index++) {
    const [one, other] = [now[index], shown[index]]
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(one ?? null)), other ?? null)) return (one ?? other)!.fact
  }
  return null
}

/** Whether all changes of a plan are among those that were shown; then nobody need be asked. */
export function wasShown(saved: SavedPlan, plan: PlayPlan): boolean {
  return plan.hosts.every(({ host, changes }) => {
    const shown = saved.shown[host] ?? []
    return changes.every((change) => {
      const now: unknown = JSON.parse(JSON.stringify(shownChange(change)))
      return shown.some((one) => isDeepStrictEqual(one, now))
    })
  })
}

function refused(
  summary: string,
  hint = 'the file was edited, or made by another version: make the plan anew',
): DiagnosticsError {
  return new DiagnosticsError([errorDiagnostic('saved-plan', summary, { hint })])
}
