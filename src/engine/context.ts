/** What one run carries along: its options, and the state of each host. */
import pLimit from 'p-limit'
import type { LimitFunction } from 'p-limit'
import type { Emit, HostPhase, PlayPlan } from '../model/events.ts'
import type { PlannedChange } from '../model/change.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { HostError } from '../model/errors.ts'
import type { Connection, Target } from '../model/host.ts'
import { censorChange } from '../model/no-log.ts'
import { plainValue } from '../model/plain.ts'
import type { Finding } from '../model/finding.ts'
import type { ChangeReport, ChangeStatus, HostReport, HostStatus, Metrics, TrialResult } from '../model/report.ts'
import { addOnce } from '../text/diagnostics.ts'
import type { Redactor } from '../text/redact.ts'
import { createRedactor } from '../text/redact.ts'
import { tail } from '../text/tail.ts'
import type { Done } from './done.ts'
import type { ExpectedFacts } from './expected.ts'
import type { TakenUp } from './resume.ts'
import { keyWarning } from './key-warning.ts'
import type { FactResults } from './script/probe.ts'
import type { ConnectOptions, Session, Transport } from '../transport/types.ts'
import { shownEvent, shownPlan } from './shown.ts'

export interface RunContext {
  runId: string
  check: boolean
  timeoutSeconds: number
  /** Seconds until a host takes a disruptive change back unless it is confirmed over a new connection; null: never. */
  guard: number | null
  transport: Transport
  /** Applies of an earlier run, by host, whose end nobody saw: they are asked for before anything is read. */
  resume: Map<string, TakenUp>
  /** Gets what was read of each host before it was planned. */
  onFacts?: (host: string, results: FactResults) => void
  /** Facts of a saved plan, by host: a host that is not so any more is stale. */
  expected?: Map<string, ExpectedFacts>
  interrupt: AbortSignal
  kill: AbortSignal
  review: (plan: PlayPlan) => Promise<boolean>
  emit: Emit
  /** What review, emit and the report must not show. */
  secrets: Redactor
  /** How many hosts are worked on at once. */
  limit: LimitFunction
  hosts: Map<string, HostState>
  trials: TrialResult[]
  /** Of tasks `audit`. */
  findings: Finding[]
  /** True once a review was answered with no. */
  declined: boolean
  /** What the run itself has to say, beside what is said of a host. */
  diagnostics: Diagnostic[]
}

/** One host over the whole run. */
export interface HostState {
  name: string
  target: Target
  session: { key: string; session: Session } | null
  /** Why it takes no part any more, else null. */
  absent: string | null
  status: HostStatus
  changes: ChangeReport[]
  /** What runs that are taken up have done there. */
  done: Done[]
  /** Applies of this run so far. */
  applies: number
  error: HostReport['error']
  metrics: Metrics
}

export function newContext(
  options: Omit<
    RunContext,
    'limit' | 'hosts' | 'trials' | 'findings' | 'declined' | 'diagnostics' | 'secrets' | 'resume'
  > & {
    forks: number
    secrets?: Redactor | undefined
    resume?: Map<string, TakenUp> | undefined
  },
): RunContext {
  const { forks, secrets = createRedactor(), resume = new Map(), ...rest } = options
  return {
    ...rest,
    review: (plan) => options.review(shownPlan(plan, secrets)),
    emit: (event) => options.emit(shownEvent(event, secrets)),
    secrets,
    resume,
    limit: pLimit(forks),
    hosts: new Map(),
    trials: [],
    findings: [],
    declined: false,
    diagnostics: [],
  }
}

export function newHostState(target: Target, done: readonly Done[] = []): HostState {
  const metrics = {
    connections: 0,
    execs: 0,
    bytesSent: 0,
    bytesReceived: 0,
    connectMs: 0,
    gatherMs: 0,
    planMs: 0,
    applyMs: 0,
    verifyMs: 0,
  }
  return {
    name: target.host.name,
    target,
    session: null,
    absent: null,
    status: 'not-started',
    changes: [],
    done: [...done],
    applies: 0,
    error: null,
    metrics,
  }
}

/** The host's connection for its present target, opened if need be. Throws HostError. */
export async function sessionOf(context: RunContext, state: HostState, how?: ConnectOptions): Promise<Session> {
  const { address, port, user, become, jumps, openssh, local = false } = state.target.connection
  const way = jumps.map((jump) => [jump.address, jump.port, jump.user])
  const key = JSON.stringify([address, port, user, become?.user ?? null, become?.method ?? null, way, openssh, local])
  if (state.session?.key === key) return state.session.session
  await closeSession(state)
  phase(context, state, 'connecting')
  const began = performance.now()
  // Connecting does nothing to a host, so that the first interrupt calls it off.
  const signal = AbortSignal.any([context.interrupt, context.kill])
  const session = await context.transport.connect(state.target, signal, how).finally(() => {
    state.metrics.connectMs += performance.now() - began
  })
  for (const warning of session.warnings ?? []) addOnce(context.diagnostics, keyWarning(warning))
  state.metrics.connections += 1
  state.session = { key, session }
  return session
}

/**
 * A connection that is new end to end: what the one before went through may be gone, and a jump host that this run changed
 * must let new connections through. Throws HostError.
 */
export async function freshSession(context: RunContext, state: HostState): Promise<Session> {
  await closeSession(state)
  return await sessionOf(context, state, { isStale: (jump) => wasChanged(context, jump) })
}

function wasChanged(context: RunContext, { address, port }: Connection): boolean {
  return [...context.hosts.values()].some(
    ({ applies, target: { connection } }) => applies > 0 && connection.address === address && connection.port === port,
  )
}

/** Closes the host's connection and takes its usage into the metrics. */
export async function closeSession(state: HostState): Promise<void> {
  if (state.session === null) return
  const { session } = state.session
  state.session = null
  addUsage(state, session.usage(), 1)
  await session.close()
}

/** Adds (1) or takes away (-1) what a session used: trials do not count in their hosts' metrics. */
export function addUsage(state: HostState, usage: ReturnType<Session['usage']>, sign: 1 | -1): void {
  state.metrics.execs += sign * usage.execs
  state.metrics.bytesSent += sign * usage.bytesSent
  state.metrics.bytesReceived += sign * usage.bytesReceived
}

/** Runs one host's work and turns what goes wrong in it into that host's result. Returns null then. */
export async function atHostEdge<T>(state: HostState, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    failHost(state, error)
    return null
  }
}

/** The host has no part in what it was meant for, since a peer has none. That is no failure of its own. */
export function skipHost(state: HostState, reason: string): void {
  state.status = 'skipped'
  state.error = { code: 'peer-absent', summary: reason, detail: '', hint: '' }
}

/** Characters of what a host said that are told of an error. */
const MOST_DETAIL = 20_000

/** Makes an error the host's result; anything but a HostError is a bug, reported with its stack and kept to this host. */
export function failHost(state: HostState, error: unknown): void {
  if (error instanceof HostError) {
    state.status = error.outcome
    state.error = { ...error.data, detail: tail(error.data.detail, MOST_DETAIL) }
  } else {
    state.status = 'failed'
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    state.error = {
      code: 'internal-error',
      summary: 'a bug in this program',
      detail: stack,
      hint: 'please report it with this stack',
    }
  }
  state.absent = state.error.summary
}

export function phase(context: RunContext, state: HostState, name: HostPhase): void {
  context.emit({ type: 'host-phase', host: state.name, phase: name })
}

/** A change as the report shows it. */
export function changeReport(change: PlannedChange, status: ChangeStatus): ChangeReport {
  const { task, module, fact, summary, before, after } = censorChange(change)
  return { task, module, fact, summary, before: plainValue(before), after: plainValue(after), status }
}
