/** One batch of one play: gather, then segment by segment plan, review, apply, verify, and trials between them. */
import type { HostPlan, PlayPlan } from '../model/events.ts'
import { HostError } from '../model/errors.ts'
import type { AssembledPlay, AssembledTask } from './assemble.ts'
import { runAudits } from './audit/task.ts'
import { changeHosts, withhold, workOf } from './change-hosts.ts'
import type { HostState, RunContext } from './context.ts'
import { changeReport, failHost, phase, skipHost } from './context.ts'
import type { FoldResult } from './fold.ts'
import { waitsForAll } from './later.ts'
import type { Member } from './members.ts'
import { gatherAll } from './members.ts'
import { planSegment } from './plan.ts'
import { mustStop } from './policy.ts'
import { runTrials } from './trial.ts'

/** `states` are all hosts of the batch, also those that an earlier play lost. */
export async function runBatch(
  context: RunContext,
  play: AssembledPlay,
  states: HostState[],
  place: { batch: number; batches: number },
): Promise<void> {
  context.emit({ type: 'play-started', play: play.name, ...place, hosts: states.map((state) => state.name) })
  const present = states.filter((state) => state.absent === null)
  const members = await gatherAll(context, play, states)
  for (let start = 0; start < play.tasks.length;) {
    const result = planOn(context, play, members, start, place)
    if (context.check) return judgeUnchanged(context, play, members, result)
    const work = workOf(members, result)
    const hosts = work.map(({ member }) => result.plans.get(member.state.name)!)
    const shown = playPlan(play, hosts, start, result.end, false, place)
    const obstacle = mustStop(play, present) ?? (hosts.length === 0 ? null : await refusal(context, shown))
    if (obstacle !== null) {
      withhold(context, play, work, obstacle)
      return await leaveOutTrials(context, play, members, result.end, obstacle)
    }
    await changeHosts(context, play, members, work, { start, end: result.end })
    start = await actFrom(context, play, members, result.end)
    if (context.interrupt.aborted) return await leaveOutTrials(context, play, members, start, 'interrupted')
  }
}

/** Why the changes are not made, or null. */
async function refusal(context: RunContext, plan: PlayPlan): Promise<string | null> {
  const agreed = !context.interrupt.aborted && (await context.review(plan))
  if (context.interrupt.aborted) return 'interrupted'
  context.declined ||= !agreed
  return agreed ? null : 'the changes before it were declined'
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
      skipHost(state, result.skipped.get(state.name)!)
    }
    const shown = plan.changes.filter((change) => context.check || change.checkOnly || problem !== undefined)
    if (problem === undefined && shown.length > 0) {
      state.status = 'changed'
      state.error = null
    }
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
  return { play: play.name, ...place, tasks: play.tasks.map((task) => task.name), hosts, trials }
}

function pairsOf(task: AssembledTask): { task: string; server: string; client: string }[] {
  if (task.module.kind !== 'trial') return []
  const want: unknown = task.wants.values().next().value
  return task.module.pairs(want).map((pair) => ({ task: task.name, ...pair }))
}

/** Runs the trials and audits that stand at `end`, and returns the index of the first task after them. */
async function actFrom(context: RunContext, play: AssembledPlay, members: Member[], end: number): Promise<number> {
  let index = end
  for (let task = play.tasks[index]; task !== undefined && waitsForAll(task); task = play.tasks[++index]) {
    if (task.module.kind === 'trial') await runTrials(context, task, members, null)
    else if (!context.interrupt.aborted) runAudits(context, task, members, new Set(task.wants.keys()))
  }
  return index
}

/** Check mode: audits of hosts that nothing before them would change. What a failing host would do after it is not done. */
function judgeUnchanged(
  context: RunContext,
  play: AssembledPlay,
  members: Member[],
  { audits, plans }: FoldResult,
): void {
  if (context.interrupt.aborted) return
  for (const [index, hosts] of audits) {
    const present = members.filter(({ fold: folded }) => folded.absent === null)
    runAudits(context, play.tasks[index]!, members, hosts)
    for (const { state } of present.filter(({ fold: folded }) => folded.absent !== null)) {
      const { changes } = plans.get(state.name)!
      const last = state.changes.splice(state.changes.length - changes.length)
      state.changes.push(
        ...last.map((change, at) =>
          changes[at]!.taskIndex > index ? Object.assign({}, change, { status: 'not-started' as const }) : change,
        ),
      )
    }
  }
}

/** All trials from task `start` on are told as not run. */
async function leaveOutTrials(
  context: RunContext,
  play: AssembledPlay,
  members: Member[],
  start: number,
  reason: string,
): Promise<void> {
  for (const task of play.tasks.slice(start)) {
    if (task.module.kind === 'trial') await runTrials(context, task, members, reason)
  }
}
