/** The run: playbooks over an inventory, batch by batch, to a report. Nothing here prints; subscribers get events. */
import type { ConnectionFlags, Inventory } from '../inventory/types.ts'
import type { Emit, PlayPlan, RunRequestRecord } from '../model/events.ts'
import type { Generator } from '../model/generator.ts'
import type { RunReport } from '../model/report.ts'
import type { Playbook } from '../playbook/types.ts'
import type { Redactor } from '../text/redact.ts'
import type { Transport } from '../transport/types.ts'
import type { Assembled } from './assemble.ts'
import type { Done } from './done.ts'
import type { TakenUp } from './resume.ts'
import type { ExpectedFacts } from './expected.ts'
import type { FactResults } from './script/probe.ts'
import type { AuditFiles } from './audit/task.ts'
import { assemble } from './assemble.ts'
import { runBatch } from './batch.ts'
import type { HostState, RunContext } from './context.ts'
import { noteStop } from './change-hosts.ts'
import { closeSession, newContext, newHostState } from './context.ts'
import { mustStop } from './policy.ts'
import { hostReport, runReport } from './run-report.ts'
import { shown } from './shown.ts'
import { shortFindings } from './audit/short-reasons.ts'

export interface RunOptions {
  /** Name of the command, for the report. */
  command: string
  /** For the report. */
  generator: Generator | null
  runId: string
  playbooks: Playbook[]
  inventory: Inventory
  /** What to do, in place of what the playbooks say. */
  assembled?: Assembled
  /** See RunContext. */
  resume?: Map<string, TakenUp>
  /** What opaque tasks of that run, and of those that it took up, are known to have done, by host. */
  done?: ReadonlyMap<string, readonly Done[]>
  onFacts?: (host: string, results: FactResults) => void
  expected?: Map<string, ExpectedFacts>
  /** What was asked for, for the journal. */
  request?: RunRequestRecord
  limit: string | null
  tags: string[]
  skipTags: string[]
  /** See AssembleOptions. */
  audits?: AuditFiles | undefined
  /** Hosts that are worked on at once. */
  forks: number
  /** Plan only; nothing is applied. */
  check: boolean
  connection: ConnectionFlags
  /** Longest time for reading facts on a host, in seconds; steps have limits of their own. */
  timeoutSeconds: number
  /** Seconds until a host takes a disruptive change back unless it is confirmed; null: never. */
  guard: number | null
  transport: Transport
  /** Exit code 3 where changes are pending. */
  detailedExitcode: boolean
  /** At the first interrupt: nothing new starts, running steps end, the report is written. */
  interrupt: AbortSignal
  /** At the second interrupt: running execs are cut. */
  kill: AbortSignal
  /** Asked once per batch and segment that has changes; false: nothing is applied and the run ends. */
  review: (plan: PlayPlan) => Promise<boolean>
  emit: Emit
  /** Learns all secrets of the run, and keeps them out of review, events and report. Default: one of its own. */
  secrets?: Redactor
}

/** Throws DiagnosticsError before any connection is made; what happens on hosts is in the report. */
export async function run(options: RunOptions): Promise<RunReport> {
  const startedAt = new Date()
  const context = newContext(options)
  const assembled = options.assembled ?? assemble({ ...options, secrets: context.secrets })
  for (const play of assembled.plays) {
    for (const target of play.batches.flat()) {
      if (!context.hosts.has(target.host.name)) {
        const { name } = target.host
        context.hosts.set(name, newHostState(target, options.done?.get(name)))
      }
    }
  }
  const { runId, command, generator, check, request } = options
  const names = [...context.hosts.keys()]
  context.emit({
    type: 'run-started',
    runId,
    command,
    check,
    startedAt: startedAt.toISOString(),
    hosts: names,
    ...(request === undefined ? {} : { request }),
  })
  try {
    await runPlays(context, assembled)
  } finally {
    await Promise.all([...context.hosts.values()].map((state) => closeSession(state)))
  }
  const made = runReport(context, {
    command,
    generator,
    startedAt,
    playbooks: options.playbooks.map((playbook) => playbook.file),
    inventoryHash: options.inventory.hash,
    diagnostics: assembled.diagnostics,
    detailedExitcode: options.detailedExitcode,
  })
  const told = shown(made, context.secrets)
  const report = { ...told, findings: shortFindings(told.findings) }
  context.emit({ type: 'run-finished', report })
  return report
}

async function runPlays(context: RunContext, assembled: Assembled): Promise<void> {
  const batches = assembled.plays.flatMap((play) => play.batches.map((targets, batch) => ({ play, targets, batch })))
  const lastOf = new Map(batches.flatMap(({ targets }, index) => targets.map((target) => [target.host.name, index])))
  const finished = new Set<HostState>()
  for (const [index, { play, targets, batch }] of batches.entries()) {
    if (context.interrupt.aborted || context.declined) break
    const states = targets.map((target) => stateFor(context, target.host.name, target))
    const alive = states.filter((state) => state.absent === null)
    if (alive.length > 0) await runBatch(context, play, states, { batch: batch + 1, batches: play.batches.length })
    const over = states.filter((state) => state.absent !== null || lastOf.get(state.name) === index)
    await Promise.all(over.map((state) => closeSession(state)))
    for (const state of over.filter((host) => !finished.has(host))) {
      finished.add(state)
      context.emit({ type: 'host-finished', host: hostReport(state) })
    }
    const reason = mustStop(play, alive)
    if (reason === null) continue
    const later = batches.slice(index + 1).flatMap((next) => next.targets.map((target) => target.host.name))
    const left = later.some((name) => context.hosts.get(name)!.absent === null)
    if (left && !context.interrupt.aborted) noteStop(context, play, reason)
    break
  }
}

/** The host's state, with the target as this play reaches it. */
function stateFor(context: RunContext, name: string, target: HostState['target']): HostState {
  const state = context.hosts.get(name)!
  state.target = target
  return state
}
