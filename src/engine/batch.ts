/** One batch of one play: gather, then segment by segment plan, review, apply, verify, and trials between them. */
import type { HostPlan, PlayPlan } from '../model/events.ts'
import { HostError } from '../model/errors.ts'
import { applyChanges } from './apply.ts'
import type { AssembledPlay, AssembledTask } from './assemble.ts'
import type { HostState, RunContext } from './context.ts'
import { atHostEdge, changeReport, failHost, phase, sessionOf } from './context.ts'
import type { FoldResult } from './fold.ts'
import { beforeVerify } from './gather.ts'
import type { Member } from './members.ts'
import { gatherAll, gatherOne, verify } from './members.ts'
import { planSegment } from './plan.ts'
import { runTrials } from './trial.ts'

export async function runBatch(
  context: RunContext,
  play: AssembledPlay,
  states: HostState[],
  place: { batch: number; batches: number },
): Promise<void> {
  context.emit({ type: 'play-started', play: play.name, ...place, hosts: states.map((state) => state.name) })
  const members = await gatherAll(context, play, states)
  for (let start = 0; start < play.tasks.length;) {
    const result = planOn(context, play, members, start, place)
    if (context.check || !(await applyOn(context, play, members, result, start, place))) return
    start = await trialsFrom(context, play, members, result.end)
    if (context.interrupt.aborted) return
  }
}

/** Plans from task `start` on, shows it, and fails the hosts whose wishes cannot be met. */
function planOn(
  context: RunContext,
  play: AssembledPlay,
  members: Member[],
  start: number,
  place: { batch: number; batches: number },
): FoldResult {
  const began = performance.now()
  const result = planSegment(
    play.tasks,
    members.map((member) => member.fold),
    { start, through: context.check },
  )
  const spent = (performance.now() - began) / Math.max(1, members.length)
  const plans: HostPlan[] = []
  for (const { state, fold: folded } of members) {
    if (folded.absent !== null) continue
    const plan = result.plans.get(state.name)!
    state.metrics.planMs += spent
    plans.push(plan)
    phase(context, state, 'planned')
    const problem = plan.problems[0]
    if (problem !== undefined) {
      const detail = plan.problems.slice(1).map((other) => other.summary)
      failHost(
        state,
        new HostError('failed', problem.code, problem.summary, {
          detail: [problem.detail ?? '', ...detail].filter((text) => text !== '').join('\n'),
          hint: problem.hint ?? '',
        }),
      )
      folded.absent = state.absent
    } else if (result.skipped.has(state.name) && state.changes.length === 0 && plan.changes.length === 0) {
      state.status = 'skipped'
    }
    const shown = plan.changes.filter((change) => context.check || change.checkOnly)
    if (problem === undefined && shown.length > 0) state.status = 'changed'
    state.changes.push(
      ...shown.map((change) => changeReport(change, problem === undefined ? 'planned' : 'not-started')),
    )
  }
  context.emit({ type: 'plan-ready', plan: playPlan(play, plans, start, result.end, context.check, place) })
  return result
}

function playPlan(
  play: AssembledPlay,
  hosts: HostPlan[],
  start: number,
  end: number,
  check: boolean,
  place: { batch: number; batches: number },
): PlayPlan {
  const trials = play.tasks.slice(start, check ? undefined : end + 1).flatMap((task) => pairsOf(task))
  return { play: play.name, ...place, hosts, trials }
}

function pairsOf(task: AssembledTask): { task: string; server: string; client: string }[] {
  if (task.module.kind !== 'trial') return []
  const want: unknown = task.wants.values().next().value
  return task.module.pairs(want).map((pair) => ({ task: task.name, ...pair }))
}

/** Applies and verifies a segment. False: the review said no, or an interrupt came first. */
async function applyOn(
  context: RunContext,
  play: AssembledPlay,
  members: Member[],
  result: FoldResult,
  start: number,
  place: { batch: number; batches: number },
): Promise<boolean> {
  const work = members
    .filter((member) => member.fold.absent === null)
    .map((member) => ({
      member,
      changes: result.plans.get(member.state.name)!.changes.filter((change) => !change.checkOnly),
    }))
    .filter(({ changes }) => changes.length > 0)
  if (work.length === 0) return true
  const hosts = work.map(({ member }) => result.plans.get(member.state.name)!)
  const agreed = await context.review(playPlan(play, hosts, start, result.end, false, place))
  if (!agreed || context.interrupt.aborted) {
    context.declined ||= !agreed
    for (const { member, changes } of work) {
      member.state.status = 'not-started'
      member.state.changes.push(...changes.map((change) => changeReport(change, 'not-started')))
    }
    return false
  }
  await Promise.all(work.map((item) => context.limit(() => applyOne(context, item.member, item.changes))))
  const applied = work.filter(({ member }) => member.state.absent === null)
  await Promise.all(
    applied.map(({ member, changes }) =>
      context.limit(() => gatherOne(context, member, 'verifying', beforeVerify(context.runId, changes))),
    ),
  )
  verify(
    play,
    members,
    applied.map(({ member }) => member),
    { start, end: result.end },
  )
  return true
}

async function applyOne(context: RunContext, member: Member, changes: HostPlan['changes']): Promise<void> {
  const { state } = member
  await atHostEdge(state, async () => {
    const session = await sessionOf(context, state)
    phase(context, state, 'applying')
    context.emit({ type: 'apply-started', host: state.name, address: state.target.connection.address, changes })
    const began = performance.now()
    const outcome = await applyChanges(session, context.runId, changes, context.kill)
    state.metrics.applyMs += performance.now() - began
    changes.forEach((change, index) => {
      const report = changeReport(change, outcome.statuses[index]!)
      state.changes.push(report)
      context.emit({ type: 'change-finished', host: state.name, change: report })
    })
    if (outcome.error !== null) throw outcome.error
    state.status = 'changed'
  })
  member.fold.absent = state.absent
}

/** Runs the trials that stand at `end`, and returns the index of the first task after them. */
async function trialsFrom(context: RunContext, play: AssembledPlay, members: Member[], end: number): Promise<number> {
  let index = end
  for (; play.tasks[index]?.module.kind === 'trial'; index++) {
    await runTrials(
      context,
      play.tasks[index]!,
      members.map((member) => ({ state: member.state, fold: member.fold })),
    )
  }
  return index
}
