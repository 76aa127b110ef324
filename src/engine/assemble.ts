/** Puts inventory, playbooks and flags together: who does what, complete and checked, before any connection is made. */
import type { LimitPlaces } from '../inventory/select.ts'
import { limitHosts, selectHosts } from '../inventory/select.ts'
import { templateVars } from '../inventory/vars.ts'
import type { ConnectionFlags, Inventory } from '../inventory/types.ts'
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic, hasErrors } from '../model/diagnostic.ts'
import type { Target } from '../model/host.ts'
import type { AuditWish } from '../modules/audit.ts'
import type { Module } from '../modules/define.ts'
import { didYouMean } from '../text/closest.ts'
import { addOnce } from '../text/diagnostics.ts'
import type { Redactor } from '../text/redact.ts'
import { createRedactor } from '../text/redact.ts'
import type { AuditFiles, TaskAudit } from './audit/task.ts'
import { assembleAudit } from './audit/task.ts'
import { knowTargets, knowWishes, knowWritten } from './known-secrets.ts'
import type { Hop } from './jump-order.ts'
import { hopsFrom, jumpHosts, orderedBatches } from './jump-order.ts'
import { findDoubles, othersOf, playTarget } from './play-targets.ts'
import { unguarded } from './opaque.ts'
import { resolveTask } from '../playbook/resolve.ts'
import { selectTasks } from '../playbook/tags.ts'
import type { Play, Playbook, Task } from '../playbook/types.ts'

/** A task with what it wishes of each host it runs on (by host name; the same value for all of a fleet task). */
export interface AssembledTask {
  /** Of the play in the run, from 0, which it is unless given. */
  play?: number
  /** In its play, from 0. */
  index: number
  name: string
  module: Module
  wants: ReadonlyMap<string, unknown>
  checkOnly: boolean
  /** What a task `audit` holds each host against. */
  audits?: ReadonlyMap<string, TaskAudit>
  /** Stands under `no_log: true`. */
  noLog?: boolean
  /** Guard time in seconds, null for none; unset: the run's. */
  guard?: number | null
  source: Source
}

export interface AssembledPlay {
  name: string
  batches: Target[][]
  tasks: AssembledTask[]
  /** Hosts that others of the inventory are reached through, with the places to which they must get. */
  hops?: ReadonlyMap<string, readonly Hop[]>
  anyErrorsFatal: boolean
  maxFailPercentage: number | null
}

export interface Assembled {
  plays: AssembledPlay[]
  /** Warnings; errors are thrown. */
  diagnostics: Diagnostic[]
}

export interface AssembleOptions {
  playbooks: Playbook[]
  inventory: Inventory
  limit: string | null
  limitPlaces?: LimitPlaces | undefined
  tags: string[]
  skipTags: string[]
  connection: ConnectionFlags
  /** The run's guard time in seconds; null: none; unset: it has some. */
  guard?: number | null
  /** Needed where a playbook has a task `audit`. */
  audits?: AuditFiles | undefined
  /** Learns the secrets of all this. */
  secrets?: Redactor
}

/** Throws DiagnosticsError with everything that is wrong, or where no host is selected at all. */
export function assemble(options: AssembleOptions): Assembled {
  const secrets = options.secrets ?? createRedactor()
  knowWritten(secrets, options)
  const diagnostics: Diagnostic[] = [
    ...options.inventory.diagnostics,
    ...options.playbooks.flatMap((playbook) => playbook.diagnostics),
  ]
  const { inventory, limit, limitPlaces } = options
  const limited = limit === null ? null : limitHosts(inventory, limit, limitPlaces)
  diagnostics.push(...(limited?.diagnostics ?? []))
  const allowed = limited === null ? null : new Set(limited.hosts.map((host) => host.name))
  const plays = options.playbooks
    .flatMap((playbook) => playbook.plays)
    .map((play, nth) => assemblePlay(options, play, nth, allowed, diagnostics))
  for (const { batches, tasks } of plays) {
    knowTargets(secrets, batches.flat())
    diagnostics.push(...knowWishes(secrets, tasks))
  }
  diagnostics.push(...secrets.warnings())
  for (const { tasks } of plays) diagnostics.push(...unguarded(tasks, options.guard))
  if (!hasErrors(diagnostics) && plays.every((play) => play.batches.length === 0)) {
    diagnostics.push(errorDiagnostic('no-hosts', 'no host is selected', { hint: 'check hosts: and --limit' }))
  }
  const tagged = options.tags.length > 0 || options.skipTags.length > 0
  if (tagged && !hasErrors(diagnostics) && plays.every((play) => play.tasks.length === 0)) {
    diagnostics.push(noTasks(options))
  }
  if (hasErrors(diagnostics)) throw new DiagnosticsError(diagnostics)
  return { plays, diagnostics }
}

/** Nothing would be done: told before any connection, as a mistyped tag would otherwise look like success. */
function noTasks(options: AssembleOptions): Diagnostic {
  const known = new Set(
    options.playbooks.flatMap(({ plays }) => plays.flatMap((play) => play.tasks.flatMap(({ tags }) => tags))),
  )
  const unknown = options.tags.filter((tag) => !known.has(tag))
  const hint = unknown.map((tag) => didYouMean(tag, known)).find((text) => text !== '')
  return errorDiagnostic('no-tasks', 'no task is selected', { hint: hint ?? 'check --tags and --skip-tags' })
}

function assemblePlay(
  options: AssembleOptions,
  play: Play,
  nth: number,
  allowed: ReadonlySet<string> | null,
  diagnostics: Diagnostic[],
): AssembledPlay {
  const selection = selectHosts(options.inventory, play.hosts, play.hostsSource)
  diagnostics.push(...selection.diagnostics)
  const hosts = selection.hosts.filter((host) => allowed === null || allowed.has(host.name))
  const tasks = selectTasks(play, options.tags, options.skipTags)
  const targets = hosts.flatMap((host) => playTarget(options, play, tasks, host, diagnostics))
  diagnostics.push(...findDoubles(play, targets))
  const batches = orderedBatches(targets, play.serial)
  const others = othersOf(options, play, targets)
  return {
    name: play.name,
    batches,
    hops: hopsFrom(targets, [...targets, ...others]),
    tasks: tasks.map((task, index) => ({
      ...assembleTask(options, task, index, play, batches, diagnostics),
      play: nth,
    })),
    anyErrorsFatal: play.anyErrorsFatal,
    maxFailPercentage: play.maxFailPercentage,
  }
}

function assembleTask(
  options: Pick<AssembleOptions, 'inventory' | 'audits'>,
  task: Task,
  index: number,
  play: Play,
  batches: readonly Target[][],
  diagnostics: Diagnostic[],
): AssembledTask {
  const { inventory } = options
  const targets = batches.flat()
  const wants = new Map<string, unknown>()
  if (task.module.kind === 'host' || task.module.kind === 'audit') {
    for (const { host } of targets) {
      const want = wish(task, () => ({ ...templateVars(inventory, host), ...play.vars, ...task.vars }), diagnostics)
      if (want !== null) wants.set(host.name, want.params)
    }
  } else if (targets[0] !== undefined) {
    // One wish for several hosts: no host's variables, but the names of all groups.
    const { groups } = templateVars(inventory, targets[0].host)
    const want = wish(task, () => ({ groups, ...play.vars, ...task.vars }), diagnostics)
    const names = want === null ? [] : membersOf(task, want.params, batches, diagnostics)
    for (const name of names) wants.set(name, want!.params)
  }
  return {
    index,
    name: task.name,
    module: task.module,
    wants,
    checkOnly: task.checkMode === true,
    ...(task.module.kind === 'audit' ? { audits: auditsOf(options, task, wants, diagnostics) } : {}),
    noLog: task.noLog,
    ...(task.guard === undefined ? {} : { guard: task.guard }),
    source: task.source,
  }
}

/** What the task holds each host against; hosts with the same wish have it in common. */
function auditsOf(
  options: Pick<AssembleOptions, 'inventory' | 'audits'>,
  task: Task,
  wants: ReadonlyMap<string, unknown>,
  diagnostics: Diagnostic[],
): Map<string, TaskAudit> {
  const made = new Map<string, TaskAudit | null>()
  const audits = new Map<string, TaskAudit>()
  for (const [host, want] of wants) {
    const key = JSON.stringify(want)
    if (!made.has(key)) made.set(key, assembleAudit(task, want as AuditWish, options, diagnostics))
    const audit = made.get(key) ?? null
    if (audit !== null) audits.set(host, audit)
  }
  return audits
}

/** The task's parameters, or null after noting what is wrong. Variables are only put together where a template needs them. */
function wish(task: Task, vars: () => Record<string, unknown>, diagnostics: Diagnostic[]): { params: unknown } | null {
  const resolved = task.params === null ? resolveTask(task, vars()) : { params: task.params }
  if ('params' in resolved) return resolved
  for (const diagnostic of resolved.diagnostics) addOnce(diagnostics, diagnostic)
  return null
}

/** The hosts of a fleet task or trial: all must be in the play after --limit, and in one batch. */
function membersOf(task: Task, want: unknown, batches: readonly Target[][], diagnostics: Diagnostic[]): string[] {
  if (task.module.kind === 'host' || task.module.kind === 'audit') return []
  const names = [...new Set(task.module.hosts(want))]
  const batchOf = new Map(batches.flatMap((batch, index) => batch.map((target) => [target.host.name, index])))
  const missing = names.filter((name) => !batchOf.has(name))
  const source = task.source
  if (missing.length > 0) {
    const summary = `${task.module.name}: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not among the hosts of this play`
    const hint = "name hosts that the play's hosts: selects and --limit leaves in"
    addOnce(diagnostics, errorDiagnostic('host-not-in-play', summary, { hint, source }))
    return []
  }
  const split = names.find((name) => batchOf.get(name) !== batchOf.get(names[0]!))
  if (split !== undefined) {
    addOnce(diagnostics, { ...serialSplits(task, [names[0]!, split], batches), source })
    return []
  }
  return names
}

function serialSplits(task: Task, pair: readonly [string, string], batches: readonly Target[][]): Diagnostic {
  const leading = jumpHosts(batches.flat())
  const jump = pair.find((name) => leading.has(name))
  const [one, other] = pair
  if (jump === undefined) {
    return errorDiagnostic('serial-splits', `${task.module.name}: serial splits ${one} and ${other}`, {
      hint: 'raise serial, or order the hosts so that both are in one batch',
    })
  }
  return errorDiagnostic('serial-splits', `${task.module.name}: ${one} and ${other} are in different batches`, {
    detail: `other hosts of the play are reached through ${jump}, so that it is changed after them and alone`,
    hint: `leave hosts behind ${jump} out of this play (hosts: or --limit), or reach them another way`,
  })
}
