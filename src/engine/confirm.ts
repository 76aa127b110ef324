/**
 * The second half of a guarded change: reads each host over a new connection, and where all hosts of the group are as
 * planned makes the changes last; otherwise takes them back on all of them. Whatever is not confirmed the hosts undo.
 */
import { HostError } from '../model/errors.ts'
import type { Attempt } from './attempt.ts'
import { pendingFacts, takeRecord } from './attempt.ts'
import { reachedFrom } from './behind.ts'
import { commit } from './commit.ts'
import type { RunContext } from './context.ts'
import { failHost, phase } from './context.ts'
import { gather, settled } from './gather.ts'
import type { Job, Segment } from './job.ts'
import { judgeRolledBack } from './judge-rolled-back.ts'
import type { Member } from './members.ts'
import { leftOverOf, notConverged, planAgain } from './members.ts'
import { reconnect } from './recover.ts'
import { rollBack } from './roll-back.ts'
import { recordProbe } from './script/commit-script.ts'
import type { Session } from '../transport/types.ts'

/** Seconds that a probe waits for the apply script of its own host to end, where its connection was cut. */
const SCRIPT_SECONDS = 120

/** `jobs`: hosts that keep their changes together or not at all. */
export async function confirmGuarded(context: RunContext, segment: Segment, jobs: readonly Job[]): Promise<void> {
  if (jobs.length === 0) return
  const near = relatedMembers(segment, jobs)
  const obstacles = await Promise.all(jobs.map((job) => readNew(context, job)))
  const left = leftOverOf(segment.play, near, segment.range, (host) => {
    const job = jobs.find(({ member }) => member.state.name === host)
    return job === undefined ? new Set() : pendingFacts(job.attempt)
  })
  const reasons = jobs.map(({ member }, index) => {
    const reasonsLeft = left.get(member.state.name)!
    return obstacles[index] ?? (reasonsLeft.length === 0 ? null : notConverged(reasonsLeft))
  })
  const first = reasons.findIndex((reason) => reason !== null)
  if (first === -1) {
    await Promise.all(jobs.map((job) => commit(context, job)))
    finish(segment, near, jobs)
    return
  }
  const { name } = jobs[first]!.member.state
  await Promise.all(
    jobs.map(async (job, index) => {
      const reason = reasons[index] ?? peerFailed(name, reasons[first]!)
      if (untouched(job)) failHost(job.member.state, reason)
      else await rollBack(context, job, reason)
    }),
  )
  // Absent as they are now, they would plan nothing.
  const present = near.map((member) => ({ ...member, fold: { ...member.fold, absent: null } }))
  const again = planAgain(segment.play, present, segment.range)
  for (const job of jobs) judgeRolledBack(job, again.get(job.member.state.name)!.changes)
}

function peerFailed(name: string, reason: HostError): HostError {
  const summary = `${name}, with which this host is configured, did not come to be as planned`
  return new HostError('failed', 'peer-failed', summary, { detail: reason.data.summary })
}

/** Nothing had begun on it. */
function untouched({ attempt, applied }: Job): boolean {
  return applied!.error !== null && !applied!.lost && attempt.results.size === 0
}

/** Reads the host over a new connection while its guard waits. Null, or why its changes cannot be kept. */
async function readNew(context: RunContext, job: Job): Promise<HostError | null> {
  const { member, attempt, applied } = job
  const { state } = member
  if (applied!.error !== null && !applied!.lost) return applied!.error
  phase(context, state, 'verifying')
  const began = performance.now()
  const unanswered: HostError[] = []
  try {
    const session = await reconnect(context, state, attempt.guard!, (error) => unanswered.push(error))
    const before = [...recordProbe(attempt, SCRIPT_SECONDS), ...settled(attempt.changes)]
    const timeoutSeconds = context.timeoutSeconds + SCRIPT_SECONDS
    const options = { timeoutSeconds, signal: context.kill, before }
    const { results, sections } = await gather(session, [...member.fold.facts.values()], options)
    member.fold.gathered = results
    const record = takeRecord(attempt, sections.get('record'))
    if (record.outcome === 'applied') return await lostBehind(context, job, session)
    if (applied!.error !== null) return applied!.error
    if (record.absent)
      return new HostError('failed', 'undone', 'the host was restarted before the changes could be confirmed')
    // It may answer only since its guard has taken back what cut it off.
    const [first] = unanswered
    return first === undefined ? tooLate(attempt) : cutOff(first)
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    return cutOff(error)
  } finally {
    state.metrics.verifyMs += performance.now() - began
  }
}

/** What the steps said, the connection or what it read may have waited until the guard had mended the way. */
function tooLate({ guard }: Attempt): HostError {
  return new HostError('failed', 'undone', `they were not confirmed over a new connection within ${guard} s`, {
    detail: 'the host answered only once it had taken them back',
    hint: 'they may cut the host off; where the way to it is only slow, raise --guard',
  })
}

function cutOff({ data: { summary, detail } }: HostError): HostError {
  const text = `after the change the host could not be reached over a new connection: ${summary}`
  return new HostError('failed', 'cut-off', text, { detail })
}

/** Null, or which hosts are cut off that were reached through this one before. */
async function lostBehind(context: RunContext, { led = [] }: Job, session: Session): Promise<HostError | null> {
  if (led.length === 0) return null
  const still = new Set(await reachedFrom(context, session, led))
  const lost = led.filter((hop) => !still.has(hop)).map(({ name }) => name)
  if (lost.length === 0) return null
  const summary = `after the change ${lost.join(', ')} could not be reached through it any more`
  return new HostError('failed', 'cut-off', summary)
}

/** The jobs' hosts, and those whose facts their fleet tasks read. */
function relatedMembers(segment: Segment, jobs: readonly Job[]): Member[] {
  const names = new Set(jobs.map(({ member }) => member.state.name))
  const fleet = segment.play.tasks.filter(
    ({ module, wants }) => module.kind === 'fleet' && [...names].some((name) => wants.has(name)),
  )
  return segment.members.filter(
    ({ state }) => names.has(state.name) || fleet.some((task) => task.wants.has(state.name)),
  )
}

/** After commit everything must be as planned. */
function finish(segment: Segment, near: readonly Member[], jobs: readonly Job[]): void {
  const left = leftOverOf(segment.play, near, segment.range)
  for (const { member } of jobs) {
    const reasons = left.get(member.state.name)!
    if (member.state.absent === null && reasons.length > 0) failHost(member.state, notConverged(reasons))
    member.fold.absent = member.state.absent
  }
}
