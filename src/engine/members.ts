/** The hosts of a batch as the engine reads them: before planning, and again after applying. */
import type { Fact } from '../model/fact.ts'
import { HostError } from '../model/errors.ts'
import type { HostPlan } from '../model/events.ts'
import type { AssembledPlay, AssembledTask } from './assemble.ts'
import { auditFacts } from './audit/task.ts'
import type { ScriptPart } from '../transport/types.ts'
import type { HostState, RunContext } from './context.ts'
import { atHostEdge, phase, sessionOf } from './context.ts'
import type { FoldHost } from './fold.ts'
import { fold } from './fold.ts'
import { holdAgainst } from './expected.ts'
import { gather } from './gather.ts'
import { keyNote } from './key-warning.ts'
import { observe } from './resume.ts'
import { leftCopies, lookForCopies } from './script/left-copies.ts'

/** A host in its batch: its state over the run, and what was read of it. */
export interface Member {
  state: HostState
  fold: FoldHost
}

/** Reads all facts that the play's tasks need, of every host that is still there. */
export async function gatherAll(context: RunContext, play: AssembledPlay, states: HostState[]): Promise<Member[]> {
  return await Promise.all(
    states.map((state) =>
      context.limit(async () => {
        const facts = factsOf(play.tasks, state.name)
        const member: Member = {
          state,
          fold: {
            name: state.name,
            facts,
            gathered: new Map(),
            absent: state.absent,
            done: state.done,
            judged: judgedAlone(play.tasks, facts, state.name),
            pending: context.check && state.changes.some(({ status }) => status === 'planned'),
            leads: (play.hops?.get(state.name) ?? []).length > 0,
          },
        }
        if (state.absent === null) await gatherOne(context, member, 'gathering')
        return member
      }),
    ),
  )
}

/** Reads one host; what goes wrong is its result. */
export async function gatherOne(
  context: RunContext,
  member: Member,
  name: 'gathering' | 'verifying',
  before: readonly ScriptPart[] = [],
): Promise<void> {
  const { state } = member
  await atHostEdge(state, async () => {
    try {
      await readOne(context, member, name, before)
    } catch (error) {
      if (name === 'verifying') throw unverified(error)
      // Nothing was done on it, and nothing is wrong with it.
      if (!(error instanceof HostError && error.data.code === 'aborted')) throw error
      state.absent = 'interrupted'
    }
  })
  phase(context, state, 'waiting')
  member.fold.absent = state.absent
}

async function readOne(
  context: RunContext,
  { state, fold: folded }: Member,
  name: 'gathering' | 'verifying',
  before: readonly ScriptPart[],
): Promise<void> {
  if (name === 'gathering' && context.interrupt.aborted) {
    state.absent = 'interrupted'
    return
  }
  const earlier = context.resume.get(state.name)
  if (earlier !== undefined) {
    const keys = await observe(context, state, earlier)
    state.done.push({ runId: earlier.runId, keys: new Set(keys) })
    context.resume.delete(state.name)
  }
  const session = await sessionOf(context, state)
  phase(context, state, name)
  const began = performance.now()
  const first = name === 'gathering' ? [...before, ...lookForCopies] : before
  const options = { timeoutSeconds: context.timeoutSeconds, signal: context.kill, before: first }
  const { results, sections } = await gather(session, [...folded.facts.values()], options)
  folded.gathered = results
  if (name === 'gathering') {
    folded.found = [...(session.warnings ?? []).map(keyNote), ...leftCopies(sections)]
    const planned = new Map([...folded.gathered].filter(([key]) => folded.judged?.has(key) !== true))
    context.onFacts?.(state.name, planned)
    // A later play finds what an earlier one made.
    const expected = context.expected?.get(state.name)
    context.expected?.delete(state.name)
    if (expected !== undefined) holdAgainst(expected, folded.facts, planned)
  }
  state.metrics[name === 'gathering' ? 'gatherMs' : 'verifyMs'] += performance.now() - began
  if (state.status === 'not-started') state.status = 'ok'
}

/** A host that is lost after it was changed is not merely unreachable: nobody knows whether the changes hold. */
function unverified(error: unknown): unknown {
  if (!(error instanceof HostError) || error.outcome !== 'unreachable') return error
  const summary = 'changes were applied, but whether they hold could not be read'
  const detail = [error.data.summary, error.data.detail].filter((text) => text !== '').join('\n')
  return new HostError('unknown', 'outcome-unknown', summary, { detail, hint: 'run again: facts are read afresh' })
}

/** Definitions of all facts that the host's tasks need, by key. */
export function factsOf(tasks: readonly AssembledTask[], host: string): Map<string, Fact> {
  const needed = tasks.flatMap((task) => {
    const audit = task.audits?.get(host)
    if (audit !== undefined) return auditFacts(audit, host)
    const want = task.wants.get(host)
    return want === undefined ? [] : Object.values<Fact>(task.module.facts(want) as Record<string, Fact>)
  })
  return new Map(needed.map((fact) => [fact.key, fact]))
}

/** Keys of facts that only audits read. */
function judgedAlone(tasks: readonly AssembledTask[], facts: ReadonlyMap<string, Fact>, host: string): Set<string> {
  const planning = tasks.filter(({ module }) => module.kind !== 'audit')
  if (planning.length === tasks.length) return new Set()
  const planned = factsOf(planning, host)
  return new Set([...facts.keys()].filter((key) => !planned.has(key)))
}

/**
 * Plans the same tasks again over what was read after applying, and says of each host what is left over: nothing, where
 * the changes hold. `pending`: facts that a host need not have as wished yet.
 */
export function leftOverOf(
  play: AssembledPlay,
  members: readonly Member[],
  range: { start: number; end: number },
  pending: (host: string) => ReadonlySet<string> = () => new Set(),
): Map<string, string[]> {
  const again = planAgain(play, members, range, { passOpaque: true })
  return new Map(
    members.map(({ state }) => {
      const plan = again.get(state.name)!
      const waits = pending(state.name)
      const left = plan.changes.filter(
        (change) => !change.checkOnly && change.opaque !== true && !waits.has(change.fact),
      )
      const said = left.map((change) => `${change.fact}: ${change.summary}`)
      const problems = plan.problems.filter(({ fact }) => fact === undefined || !waits.has(fact))
      return [state.name, [...said, ...problems.map((problem) => problem.summary)]]
    }),
  )
}

/** The plans of the same tasks over what was read last; `passOpaque`: see fold. */
export function planAgain(
  play: AssembledPlay,
  members: readonly Member[],
  range: { start: number; end: number },
  options: { passOpaque?: boolean } = {},
): Map<string, HostPlan> {
  const hosts = members.map((member) => member.fold)
  return fold(play.tasks, hosts, { ...range, ...options, through: false }).plans
}

/** Why a host did not come to be as planned. */
export function notConverged(left: readonly string[]): HostError {
  const summary = 'applied, but what was read afterwards is not what was planned'
  const hint = 'something else on the host may set the same things; run again with -v to see each change'
  return new HostError('failed', 'not-converged', summary, { detail: left.join('\n'), hint })
}
