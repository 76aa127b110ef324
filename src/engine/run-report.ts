/** The run's report, and the exit code that follows from it. */
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Generator } from '../model/generator.ts'
import { EXIT } from '../model/exit-codes.ts'
import type { HostReport, Metrics, RunReport } from '../model/report.ts'
import { SCHEMA_VERSION } from '../model/report.ts'
import type { HostState, RunContext } from './context.ts'

export function hostReport(state: HostState): HostReport {
  const metrics = Object.fromEntries(
    Object.entries(state.metrics).map(([name, value]) => [name, Math.round(value)]),
  ) as Metrics
  const { name, status, changes, error } = state
  return { name, address: state.target.connection.address, status, changes, error, metrics }
}

/** Everything about a run that is not in its context. */
export interface RunFrame {
  command: string
  generator: Generator | null
  startedAt: Date
  playbooks: string[]
  inventoryHash: string
  diagnostics: Diagnostic[]
  detailedExitcode: boolean
}

export function runReport(context: RunContext, frame: RunFrame): RunReport {
  const hosts = [...context.hosts.values()].map(hostReport)
  return {
    schemaVersion: SCHEMA_VERSION,
    command: frame.command,
    generator: frame.generator,
    runId: context.runId,
    startedAt: frame.startedAt.toISOString(),
    endedAt: new Date().toISOString(),
    exitCode: exitCode(context, hosts, frame.detailedExitcode),
    check: context.check,
    playbooks: frame.playbooks,
    inventoryHash: frame.inventoryHash,
    hosts,
    trials: context.trials,
    findings: context.findings,
    diagnostics: [...frame.diagnostics, ...context.diagnostics],
  }
}

function exitCode(context: RunContext, hosts: readonly HostReport[], detailed: boolean): number {
  const is = (...statuses: HostReport['status'][]): boolean => hosts.some((host) => statuses.includes(host.status))
  if (hosts.some((host) => host.error?.code === 'internal-error')) return EXIT.bug.code
  if (context.interrupt.aborted) return EXIT.interrupted.code
  if (is('failed', 'unknown', 'rolled-back') || context.trials.some((trial) => trial.verdict === 'fail'))
    return EXIT.failed.code
  if (is('unreachable')) return EXIT.unreachable.code
  if (context.declined) return EXIT.notStarted.code
  const pending = hosts.some((host) => host.changes.some((change) => change.status === 'planned'))
  return detailed && pending ? EXIT.changesPending.code : EXIT.ok.code
}
