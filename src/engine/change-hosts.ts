/** Makes the planned changes of a segment on all its hosts at once, and proves them; or leaves them all. */
import { errorDiagnostic } from '../model/diagnostic.ts'
import { HostError } from '../model/errors.ts'
import type { PlannedChange } from '../model/change.ts'
import type { ChangeStatus } from '../model/report.ts'
import { applyChanges } from './apply.ts'
import type { AssembledPlay } from './assemble.ts'
import type { HostState, RunContext } from './context.ts'
import { atHostEdge, changeReport, phase, sessionOf } from './context.ts'
import type { FoldResult } from './fold.ts'
import { beforeVerify } from './gather.ts'
import type { Member } from './members.ts'
import { gatherOne, verify } from './members.ts'

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

/** Applies and verifies. An interrupt lets hosts that have begun go on to their end, and leaves the others. */
export async function changeHosts(
  context: RunContext,
  play: AssembledPlay,
  members: Member[],
  work: readonly Work[],
  range: { start: number; end: number },
): Promise<void> {
  if (work.length === 0) return
  const begun = await Promise.all(work.map((item) => context.limit(() => applyOne(context, item))))
  const applied = work.filter(({ member }, index) => begun[index]! && member.state.absent === null)
  await Promise.all(
    applied.map(({ member, changes }) =>
      context.limit(() => gatherOne(context, member, 'verifying', beforeVerify(context.runId, changes))),
    ),
  )
  const verified = applied.map(({ member }) => member)
  verify(play, members, verified, range)
}

/** False where an interrupt came before it began. */
async function applyOne(context: RunContext, { member, changes }: Work): Promise<boolean> {
  const { state } = member
  if (context.interrupt.aborted) {
    leave(state, changes)
    return false
  }
  await atHostEdge(state, async () => await makeChanges(context, state, changes))
  phase(context, state, 'waiting')
  member.fold.absent = state.absent
  return true
}

async function makeChanges(context: RunContext, state: HostState, changes: readonly PlannedChange[]): Promise<void> {
  const began = performance.now()
  let statuses: ChangeStatus[] | null = null
  try {
    const session = await sessionOf(context, state)
    phase(context, state, 'applying')
    context.emit({
      type: 'apply-started',
      host: state.name,
      address: state.target.connection.address,
      changes: [...changes],
    })
    const outcome = await applyChanges(session, context.runId, changes, context.kill)
    statuses = outcome.statuses
    if (outcome.error !== null) throw outcome.error
    state.status = 'changed'
    state.error = null
  } catch (error) {
    // Without statuses a HostError says that no step was started; of anything else nobody knows.
    const status = error instanceof HostError ? 'not-started' : 'unknown'
    statuses ??= changes.map(() => status)
    throw error
  } finally {
    state.metrics.applyMs += performance.now() - began
    for (const [index, change] of changes.entries()) {
      const told = changeReport(change, statuses?.[index] ?? 'unknown')
      state.changes.push(told)
      context.emit({ type: 'change-finished', host: state.name, change: told })
    }
  }
}

/** Leaves a host as it is; what was done on it before still counts. */
function leave(state: HostState, changes: readonly PlannedChange[]): void {
  if (!state.changes.some((change) => change.status === 'done')) state.status = 'not-started'
  state.changes.push(...changes.map((change) => changeReport(change, 'not-started')))
}
