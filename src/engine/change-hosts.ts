/** Makes the planned changes of a segment on all its hosts at once, and proves them; or leaves them all. */
import { factAt, valueAt } from '../facts/registry.ts'
import type { PlannedChange } from '../model/change.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { HostError } from '../model/errors.ts'
import { plainValue } from '../model/plain.ts'
import { applyAttempt } from './apply.ts'
import type { AssembledPlay } from './assemble.ts'
import { changeStatuses, newAttempt } from './attempt.ts'
import { reachedFrom } from './behind.ts'
import { doneKey } from './done.ts'
import { confirmGuarded } from './confirm.ts'
import type { HostState, RunContext } from './context.ts'
import { atHostEdge, changeReport, failHost, phase, sessionOf } from './context.ts'
import type { FoldResult } from './fold.ts'
import { settled } from './gather.ts'
import { guardTimes, tiedHosts } from './guard.ts'
import type { Job, Segment } from './job.ts'
import type { Member } from './members.ts'
import { factsOf, gatherOne, leftOverOf, notConverged } from './members.ts'
import { recover } from './recover.ts'

/** A host with the changes that are to be made on it. */
export interface Work {
  member: Member
  changes: PlannedChange[]
}

/** Hosts with something to do; changes under `check_mode` are not made. */
export function workOf(members: readonly Member[], result: FoldResult): Work[] {
  return members
    .filter((member) => member.fold.absent === null)
    .map((member) => ({
      member,
      changes: result.plans.get(member.state.name)!.changes.filter((change) => !change.checkOnly),
    }))
    .filter(({ changes }) => changes.length > 0)
}

/** Changes nothing after all. */
export function withhold(context: RunContext, play: AssembledPlay, work: readonly Work[], reason: string): void {
  for (const { member, changes } of work) leave(member.state, changes)
  if (work.length > 0 && !context.declined && !context.interrupt.aborted) noteStop(context, play, reason)
}

/** Says in the report why a run ended before its time. */
export function noteStop(context: RunContext, play: Pick<AssembledPlay, 'name'>, reason: string): void {
  if (context.diagnostics.some((diagnostic) => diagnostic.code === 'run-stopped')) return
  const summary = `play "${play.name}" ended the run: ${reason}`
  const hint = 'what was not started is as it was; put the failed hosts right and run again'
  context.diagnostics.push({ ...errorDiagnostic('run-stopped', summary, { hint }), severity: 'warning' })
}

/** Says in the report that changes of a dead run were undone first. */
function noteBroken(context: RunContext, host: string, broke: string): void {
  if (broke === '') return
  const hint = 'see what it was meant to do: mptcp-fleet runs list, on the machine that ran it'
  context.diagnostics.push({ ...errorDiagnostic('lock-broken', `${host}: ${broke}`, { hint }), severity: 'warning' })
}

/** Applies and verifies. An interrupt lets hosts that have begun go on to their end, and leaves the others. */
export async function changeHosts(
  context: RunContext,
  play: AssembledPlay,
  members: Member[],
  work: readonly Work[],
  range: { start: number; end: number },
): Promise<void> {
  if (work.length === 0) return
  const named = work.map(({ member, changes }) => ({ host: member.state.name, changes }))
  const guards = guardTimes(play.tasks, named, context.guard)
  const segment = { play, members, range, tied: tiedHosts(play.tasks, named) }
  const jobs = work.map(({ member, changes }): Job => {
    const { state } = member
    const attempt = newAttempt(context.runId, state.applies + 1, changes, guards.get(state.name) ?? null)
    return { member, attempt, applied: null, telling: null }
  })
  const plain = jobs.filter((job) => !isGuarded(job))
  const groups = segment.tied.map((names) =>
    jobs.filter((job) => isGuarded(job) && names.includes(job.member.state.name)),
  )
  await Promise.all([
    changePlain(context, segment, plain),
    // A group's guard times run together, so it is done in one go, whatever its size.
    ...groups.map((group) => context.limit(() => changeGuarded(context, segment, group))),
  ])
  for (const job of jobs.filter(({ applied }) => applied !== null)) tell(context, job)
}

function isGuarded({ attempt }: Job): boolean {
  return attempt.guard !== null
}

async function changePlain(context: RunContext, segment: Segment, jobs: readonly Job[]): Promise<void> {
  await Promise.all(jobs.map((job) => context.limit(() => applyOne(context, segment, job))))
  await verifyPlain(
    context,
    segment,
    jobs.filter(({ applied }) => applied !== null),
  )
}

async function changeGuarded(context: RunContext, segment: Segment, group: readonly Job[]): Promise<void> {
  await Promise.all(group.map((job) => applyOne(context, segment, job)))
  await confirmGuarded(
    context,
    segment,
    group.filter(({ applied }) => applied !== null),
  )
}

/** Where an interrupt came before it began, nothing is done. */
async function applyOne(context: RunContext, segment: Segment, job: Job): Promise<void> {
  const { member, attempt } = job
  const { state } = member
  if (context.interrupt.aborted) return leave(state, attempt.changes)
  state.applies += 1
  const began = performance.now()
  await atHostEdge(state, async () => {
    try {
      const session = await sessionOf(context, state)
      phase(context, state, 'applying')
      const hops = attempt.guard === null ? [] : (segment.play.hops?.get(state.name) ?? [])
      if (hops.length > 0) job.led = await reachedFrom(context, session, hops)
      const { address } = state.target.connection
      const become = state.target.connection.become?.user ?? null
      const { id, guard } = attempt
      const changes = attempt.changes.map((change) =>
        change.opaque === true ? { ...change, key: doneKey(context.runId, change) } : change,
      )
      context.emit({ type: 'apply-started', host: state.name, address, become, attempt: id, guard, changes })
      const read = factsOf(segment.play.tasks.slice(segment.range.start, segment.range.end), state.name)
      job.applied = await applyAttempt(session, attempt, [...read.values()], member.fold.gathered, context.kill)
      noteBroken(context, state.name, job.applied.broke ?? '')
    } catch (error) {
      // A HostError says that no step was started; of anything else nobody knows.
      const isKnown = error instanceof HostError
      job.applied = { error: isKnown ? error : null, undone: false, lost: !isKnown }
      throw error
    }
    // Whether a guarded host keeps what was done is decided over a new connection.
    if (attempt.guard === null && !job.applied.lost && job.applied.error !== null) throw job.applied.error
  })
  state.metrics.applyMs += performance.now() - began
  if (state.absent === null) {
    state.status = 'changed'
    state.error = null
  }
  phase(context, state, 'waiting')
  member.fold.absent = state.absent
}

/** Reads hosts without a guard again, on the same connection; one that was lost is asked over a new one what it did. */
async function verifyPlain(context: RunContext, segment: Segment, jobs: readonly Job[]): Promise<void> {
  const present = jobs.filter(({ member }) => member.state.absent === null)
  await Promise.all(present.map((job) => context.limit(() => readAgain(context, job))))
  const left = leftOverOf(segment.play, segment.members, segment.range)
  for (const { member } of present) {
    const reasons = left.get(member.state.name)!
    if (member.state.absent !== null || reasons.length === 0) continue
    failHost(member.state, notConverged(reasons))
    member.fold.absent = member.state.absent
  }
}

async function readAgain(context: RunContext, job: Job): Promise<void> {
  const { member, attempt, applied } = job
  if (applied!.lost) {
    await atHostEdge(member.state, () => recover(context, job))
    member.fold.absent = member.state.absent
    if (member.state.absent !== null) return
  }
  await gatherOne(context, member, 'verifying', settled(attempt.changes))
}

/** Reports each change of a host, once it is known what became of it. */
function tell(context: RunContext, { member, attempt, applied, telling }: Job): void {
  const { state } = member
  const statuses = telling ?? changeStatuses(attempt, applied!.lost)
  const told = attempt.changes.map((change, index) => changeReport(change, statuses[index]!))
  state.changes.push(...told)
  for (const change of told) context.emit({ type: 'change-finished', host: state.name, change })
  const observed = attempt.changes.map((change) => (state.absent === null ? observedOf(member, change) : undefined))
  context.emit({ type: 'apply-finished', host: state.name, changes: told, observed })
}

/** What was read last of the fact that a change is of; undefined: it was not read. */
function observedOf(member: Member, { fact }: PlannedChange): unknown {
  const place = factAt(fact)
  const read = place === null ? undefined : member.fold.gathered.get(place.fact.key)
  return read?.ok === true ? plainValue(valueAt(place!, read.value)) : undefined
}

/** Leaves a host as it is; what was done on it before still counts. */
function leave(state: HostState, changes: readonly PlannedChange[]): void {
  if (!state.changes.some((change) => change.status === 'done')) state.status = 'not-started'
  state.changes.push(...changes.map((change) => changeReport(change, 'not-started')))
}
