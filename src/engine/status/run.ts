/** Reads the status of hosts, round by round, over connections that stay open: one exec for each host and round. */
import { EXIT } from '../../model/exit-codes.ts'
import type { Target } from '../../model/host.ts'
import type { StatusHost, StatusReport } from '../../model/status.ts'
import { STATUS_SCHEMA_VERSION } from '../../model/status.ts'
import type { HostState, RunContext } from '../context.ts'
import { atHostEdge, closeSession, newContext, newHostState, phase, sessionOf } from '../context.ts'
import { gather } from '../gather.ts'
import { knowTargets, knowWritten } from '../known-secrets.ts'
import { hostReport } from '../run-report.ts'
import type { ReadOptions } from '../select-targets.ts'
import { selectTargets } from '../select-targets.ts'
import { shown } from '../shown.ts'
import { STATUS_FACTS, statusFacts } from './facts.ts'
import { statusReading } from './reading.ts'
import { judgeStatus } from './verdict.ts'

/** A fleet that is being looked at. */
export interface StatusWatch {
  targets: readonly Target[]
  /** Reads every host once. What goes wrong on a host is in its part; the next round tries it again. */
  round: () => Promise<StatusReport>
  close: () => Promise<void>
}

/** Selects the hosts. Throws DiagnosticsError where one cannot be resolved or none is selected; connects to none yet. */
export function watchStatus(options: ReadOptions): StatusWatch {
  const { targets, diagnostics } = selectTargets(options)
  const context = newContext({
    runId: 'status',
    check: true,
    guard: null,
    timeoutSeconds: options.timeoutSeconds,
    transport: options.transport,
    interrupt: options.interrupt,
    kill: options.kill,
    review: async () => false,
    emit: options.emit,
    forks: options.forks,
    secrets: options.secrets,
  })
  knowWritten(context.secrets, { ...options, playbooks: [] })
  knowTargets(context.secrets, targets)
  for (const target of targets) context.hosts.set(target.host.name, newHostState(target))
  const states = [...context.hosts.values()]
  return {
    targets,
    round: async () => {
      const startedAt = new Date().toISOString()
      const hosts = states.map((state) => state.name)
      context.emit({ type: 'run-started', runId: 'status', command: 'status', check: true, startedAt, hosts })
      const read = await Promise.all(states.map((state) => context.limit(() => readHost(context, state))))
      const report: StatusReport = {
        schemaVersion: STATUS_SCHEMA_VERSION,
        command: 'status',
        pattern: options.pattern,
        startedAt,
        endedAt: new Date().toISOString(),
        exitCode: exitCode(context, read),
        hosts: read,
        diagnostics: [...diagnostics, ...context.diagnostics, ...context.secrets.warnings()],
      }
      return shown(report, context.secrets)
    },
    close: async () => {
      await Promise.all(states.map((state) => closeSession(state)))
    },
  }
}

/** One host in one round. Metrics are of this round: what the connection was used for before is taken off. */
async function readHost(context: RunContext, state: HostState): Promise<StatusHost> {
  const fresh = newHostState(state.target)
  Object.assign(state, { absent: null, error: null, status: 'not-started', metrics: fresh.metrics })
  const before = state.session?.session.usage() ?? { execs: 0, bytesSent: 0, bytesReceived: 0 }
  const reading = context.interrupt.aborted ? null : await atHostEdge(state, () => gatherReading(context, state))
  const after = state.session?.session.usage() ?? before
  const { connections, connectMs, gatherMs } = state.metrics
  // A connection on which something went wrong is not used again.
  if (state.absent !== null) await closeSession(state)
  if (!context.interrupt.aborted) context.emit({ type: 'host-finished', host: hostReport(state) })
  return {
    name: state.name,
    address: state.target.connection.address,
    status: readStatus(state),
    ...(reading === null ? { verdict: 'not-read' as const, reasons: [] } : judgeStatus(reading)),
    error: state.error,
    reading,
    metrics: {
      connections,
      execs: after.execs - before.execs,
      bytesSent: after.bytesSent - before.bytesSent,
      bytesReceived: after.bytesReceived - before.bytesReceived,
      connectMs: Math.round(connectMs),
      gatherMs: Math.round(gatherMs),
    },
  }
}

async function gatherReading(context: RunContext, state: HostState): Promise<StatusHost['reading']> {
  const session = await sessionOf(context, state)
  phase(context, state, 'gathering')
  const began = performance.now()
  const options = { timeoutSeconds: context.timeoutSeconds, signal: context.kill }
  const { results } = await gather(session, Object.values(STATUS_FACTS), options)
  state.metrics.gatherMs += performance.now() - began
  state.status = 'ok'
  const { have, unread } = statusFacts(results)
  return statusReading(have, unread)
}

function readStatus({ status }: HostState): StatusHost['status'] {
  return status === 'ok' || status === 'unreachable' || status === 'unknown' || status === 'not-started'
    ? status
    : 'failed'
}

function exitCode(context: RunContext, hosts: readonly StatusHost[]): number {
  const is = (...statuses: StatusHost['status'][]): boolean => hosts.some(({ status }) => statuses.includes(status))
  if (hosts.some(({ error }) => error?.code === 'internal-error')) return EXIT.bug.code
  if (context.interrupt.aborted) return EXIT.interrupted.code
  if (is('failed', 'unknown')) return EXIT.failed.code
  return is('unreachable') ? EXIT.unreachable.code : EXIT.ok.code
}
