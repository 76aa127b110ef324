/** Task by task over every host of a batch: each task sees the facts that the tasks before it will have made true. */
import type { FleetPlanResult, Note, PlanResult, PlannedChange, Problem } from '../model/change.ts'
import { UNKNOWN } from '../model/change.ts'
import type { HostPlan } from '../model/events.ts'
import type { Fact } from '../model/fact.ts'
import { CENSORED } from '../model/no-log.ts'
import type { FleetModule, HostModule } from '../modules/define.ts'
import type { AssembledTask } from './assemble.ts'
import { active, FIRST, markLater, passAudit, unknownBefore, waits, waitsForAll } from './later.ts'
import { isOpaque, opaqueFact } from './opaque.ts'
import { movesNetwork } from './behind.ts'
import type { Done } from './done.ts'
import { isDone } from './done.ts'
import type { Predicted } from './predict.ts'
import { applyPrediction, readPredicted, startPrediction } from './predict.ts'
import { LEFT_BEHIND } from './script/left-copies.ts'
import type { FactResults } from './script/probe.ts'

/** One host of the batch as the fold sees it. */
export interface FoldHost {
  name: string
  /** Definitions of what was gathered, by key. */
  facts: ReadonlyMap<string, Fact>
  gathered: FactResults
  /** Why the host takes no part any more (unreachable, failed), else null. */
  absent: string | null
  /** What was found there that no task asked for. */
  found?: readonly (Note & { task?: string })[]
  /** Keys of facts that only audits read: no plan rests on them. */
  judged?: ReadonlySet<string>
  /** In check mode: an earlier play would have changed it. */
  pending?: boolean
  /** Other hosts are reached through it. */
  leads?: boolean
  /** What runs that are taken up have done there. */
  done?: readonly Done[]
}

/** What a fold came to. */
export interface FoldResult {
  plans: Map<string, HostPlan>
  /** Index of the first task that was not planned: a trial, or one that reads what is only known after apply. */
  end: number
  /** Facts after the planned changes, by host. */
  predicted: Map<string, Predicted>
  /** Hosts whose part in a fleet task was left out because a peer is absent, with the reason. */
  skipped: Map<string, string>
  /** Where the fold went on past audits: the hosts that each, by its index, can judge as they are. */
  audits: Map<number, Set<string>>
}

/** A fold under way. */
export interface Fold {
  hosts: FoldHost[]
  plans: Map<string, HostPlan>
  predicted: Map<string, Predicted>
  skipped: Map<string, string>
  /** Hosts on which an opaque task will have run, with its name: whatever is read there may have changed. */
  opaque: Map<string, string>
  audits: FoldResult['audits']
}

/**
 * Plans tasks `start` up to the end of the segment. `through`: go on past trials (check mode, where none runs).
 * `from`: start from these predictions in place of the gathered facts (planning once more over one's own result).
 * `passOpaque`: leave opaque tasks out, as where what was planned is compared with what is there.
 */
export function fold(
  tasks: readonly AssembledTask[],
  hosts: FoldHost[],
  options: { start: number; end?: number; through: boolean; from?: Map<string, Predicted>; passOpaque?: boolean },
): FoldResult {
  const state: Fold = {
    hosts,
    plans: new Map(),
    predicted: new Map(),
    skipped: new Map(),
    opaque: new Map(),
    audits: new Map(),
  }
  for (const host of hosts) {
    const found = options.start === 0 ? (host.found ?? []) : []
    const notes = found.map((note) => ({ task: LEFT_BEHIND, ...note }))
    state.plans.set(host.name, { host: host.name, changes: [], notes, problems: [], afterApply: [] })
    const from = options.from?.get(host.name)
    state.predicted.set(host.name, startPrediction(host.facts, from?.values ?? host.gathered))
  }
  let index = options.start
  const last = options.end ?? tasks.length
  for (; index < last; index++) {
    const task = tasks[index]!
    if (task.module.kind === 'trial') {
      if (options.through) continue
      break
    }
    if (task.module.kind === 'audit') {
      if (!options.through) break
      passAudit(state, task)
      continue
    }
    if (options.passOpaque === true && isOpaque(task)) continue
    const reason = unknownBefore(state, task) ?? (options.through ? null : waits(state, task))
    if (reason !== null) {
      if (options.from !== undefined) continue
      break
    }
    if (task.module.kind === 'host') planHosts(state, task, task.module)
    else planFleet(state, task, task.module)
  }
  const [stop, ...later] = tasks.slice(index, last)
  const isActor = stop !== undefined && waitsForAll(stop)
  if (stop !== undefined && !isActor) markLater(state, stop, FIRST)
  const why = isActor ? `comes after task "${stop.name}"` : FIRST
  for (const task of later) markLater(state, task, why)
  const { plans, predicted, skipped, audits } = state
  return { plans, end: index, predicted, skipped, audits }
}

function planHosts(state: Fold, task: AssembledTask, module: HostModule): void {
  for (const host of state.hosts) {
    const want = task.wants.get(host.name)
    if (want === undefined || !active(state, host)) continue
    const have = readAll(state, task, host, want)
    if (have !== null)
      take(
        state,
        task,
        host,
        attempt(() => module.plan(want, have)),
      )
  }
}

function planFleet(state: Fold, task: AssembledTask, module: FleetModule): void {
  const members = state.hosts.filter((host) => task.wants.has(host.name))
  const want: unknown = task.wants.get(members[0]?.name ?? '')
  const have: Record<string, Record<string, unknown>> = {}
  const absent: Record<string, string> = {}
  for (const host of members) {
    const facts = active(state, host) ? readAll(state, task, host, want) : null
    if (facts !== null) have[host.name] = facts
    else absent[host.name] = absence(state, host)
  }
  const results = attempt(() => module.plan(want, have, absent))
  for (const host of members.filter((member) => member.name in have)) {
    const result = isPlan(results) ? results : (results[host.name] ?? { changes: [] })
    take(state, task, host, result)
    if (result.skipped !== undefined) state.skipped.set(host.name, result.skipped)
  }
}

/** A module that throws is a bug; it is told as a problem, so that the run still ends with a report. */
function attempt<T>(plan: () => T): T | FleetPlanResult {
  try {
    return plan()
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const hint = 'please report it with this stack'
    return { changes: [], problems: [{ code: 'internal-error', summary: 'a bug in this program', detail, hint }] }
  }
}

function isPlan(results: FleetPlanResult | Record<string, FleetPlanResult>): results is FleetPlanResult {
  return Array.isArray(results['changes'])
}

function absence(state: Fold, host: FoldHost): string {
  return host.absent ?? state.plans.get(host.name)!.problems[0]?.summary ?? 'failed'
}

/** The facts a task asked for, or null after noting as a problem what cannot be read. */
function readAll(state: Fold, task: AssembledTask, host: FoldHost, want: unknown): Record<string, any> | null {
  const have: Record<string, unknown> = {}
  let readable = true
  for (const [name, fact] of Object.entries<Fact>(task.module.facts(want))) {
    const result = readPredicted(state.predicted.get(host.name)!, fact.key)
    if (result === UNKNOWN) return null
    if (result.ok) {
      have[name] = result.value
      continue
    }
    readable = false
    const summary = `cannot read ${fact.key}: ${result.reason}`
    addProblem(state.plans.get(host.name)!, task, { code: 'fact-unreadable', summary, hint: result.hint })
  }
  return readable ? have : null
}

function addProblem(plan: HostPlan, task: AssembledTask, problem: Problem): void {
  const { code } = problem
  plan.problems.push({
    task: task.name,
    ...(task.noLog === true ? { code, summary: `task "${task.name}": ${CENSORED}` } : problem),
  })
}

function take(state: Fold, task: AssembledTask, host: FoldHost, result: PlanResult): void {
  const plan = state.plans.get(host.name)!
  const hidden = { task: task.name, summary: CENSORED }
  plan.notes.push(...(result.notes ?? []).map((note) => (task.noLog === true ? hidden : { task: task.name, ...note })))
  for (const problem of result.problems ?? []) addProblem(plan, task, problem)
  for (const change of result.changes) {
    const planned: PlannedChange = {
      ...change,
      ...(isOpaque(task) ? { fact: opaqueFact(task) } : {}),
      disruptive: change.disruptive || (host.leads === true && movesNetwork(change)),
      host: host.name,
      task: task.name,
      module: task.module.name,
      play: task.play ?? 0,
      taskIndex: task.index,
      checkOnly: task.checkOnly,
      ...(task.guard === undefined ? {} : { guard: task.guard }),
      ...(task.noLog === true ? { noLog: true, summary: CENSORED } : {}),
    }
    if (isOpaque(task) && isDone(host.done ?? [], planned)) {
      plan.notes.push({
        task: task.name,
        summary: `${planned.summary}: done already by the run that is taken up`,
        isWarning: true,
      })
      continue
    }
    plan.changes.push(planned)
    if (task.checkOnly) continue
    applyPrediction(state.predicted.get(host.name)!, change)
    if (change.opaque === true) state.opaque.set(host.name, task.name)
  }
}
