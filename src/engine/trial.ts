/** Runs trials: a server's script held open on one host while the client's runs on the other, and a pure judge. */
import type { TrialModule, TrialOutput, TrialPlan } from '../modules/define.ts'
import type { Fact } from '../model/fact.ts'
import type { TrialResult } from '../model/report.ts'
import type { ExecResult, Session } from '../transport/types.ts'
import type { AssembledTask } from './assemble.ts'
import type { HostState, RunContext } from './context.ts'
import { addUsage, failHost, sessionOf } from './context.ts'
import type { FoldHost } from './fold.ts'
import { HostError } from '../model/errors.ts'
import { CENSORED } from '../model/no-log.ts'
import { readPredicted, startPrediction } from './predict.ts'
import { UNKNOWN } from '../model/change.ts'
import { newNonce } from './run-id.ts'
import { frameScript } from './script/frame.ts'

/** What a trial may print on one end, in bytes: 200 samples of a few lines each, and some. */
const OUTPUT_CAP = 16 * 1024 * 1024

interface TrialMember {
  state: HostState
  fold: FoldHost
}

/**
 * Runs a trial task's pairs one after the other: two at once would share the paths that they measure. `withheld`: why
 * they are not to be run after all, else null.
 */
export async function runTrials(
  context: RunContext,
  task: AssembledTask,
  members: readonly TrialMember[],
  withheld: string | null,
): Promise<void> {
  const module = task.module as TrialModule
  const want: unknown = task.wants.values().next().value
  for (const pair of module.pairs(want)) {
    context.emit({ type: 'trial-started', task: task.name, ...pair })
    const ran = await runPair(context, module, want, pair, { members, withheld })
    const result = task.noLog === true ? { ...ran, reasons: ran.reasons.map(() => CENSORED) } : ran
    context.trials.push(result)
    context.emit({ type: 'trial-finished', task: task.name, result })
  }
}

async function runPair(
  context: RunContext,
  module: TrialModule,
  want: unknown,
  pair: { server: string; client: string },
  { members, withheld }: { members: readonly TrialMember[]; withheld: string | null },
): Promise<TrialResult> {
  if (context.interrupt.aborted) return verdict(pair, 'not-run', ['interrupted'])
  const ends = [pair.server, pair.client].map((name) => members.find((member) => member.state.name === name)!)
  const missing = ends.filter((end) => end.state.absent !== null)
  if (missing.length > 0) {
    return verdict(
      pair,
      'not-run',
      missing.map((end) => `${end.state.name}: ${end.state.absent}`),
    )
  }
  if (withheld !== null) return verdict(pair, 'not-run', [withheld])
  const have = Object.fromEntries(ends.map((end) => [end.state.name, readFacts(module, want, end.fold)]))
  const unread = Object.entries(have).flatMap(([name, facts]) =>
    typeof facts === 'string' ? [`${name}: ${facts}`] : [],
  )
  if (unread.length > 0) return verdict(pair, 'fail', unread)
  try {
    const plan = module.prepare(want, pair, have as Record<string, Record<string, unknown>>)
    if (!('problems' in plan)) return await execute(context, plan, ends[0]!.state, ends[1]!.state)
    const problems = plan.problems.map((problem) => explain(problem))
    return verdict(pair, 'fail', problems)
  } catch (error) {
    // A bug in the trial; told of its server, so that the run still ends with a report.
    failHost(ends[0]!.state, error)
    return verdict(pair, 'fail', ['a bug in this program'])
  }
}

function explain(problem: { summary: string; hint?: string }): string {
  return problem.hint === undefined || problem.hint === '' ? problem.summary : `${problem.summary} (${problem.hint})`
}

/** A host's facts for the trial, or why one cannot be read. */
function readFacts(module: TrialModule, want: unknown, host: FoldHost): Record<string, unknown> | string {
  const predicted = startPrediction(host.facts, host.gathered)
  const have: Record<string, unknown> = {}
  for (const [name, fact] of Object.entries<Fact>(module.facts(want))) {
    const result = readPredicted(predicted, fact.key)
    if (result === UNKNOWN || !result.ok) {
      return `cannot read ${fact.key}: ${result === UNKNOWN ? 'not known' : result.reason}`
    }
    have[name] = result.value
  }
  return have
}

async function execute(
  context: RunContext,
  plan: TrialPlan,
  server: HostState,
  client: HostState,
): Promise<TrialResult> {
  const sessions = await openBoth(context, server, client)
  if (typeof sessions === 'string') return verdict(plan, 'fail', [sessions])
  const before = [sessions.server.usage(), sessions.client.usage()] as const
  const output = await runBoth(context, plan, sessions)
  for (const [state, session, used] of [
    [server, sessions.server, before[0]],
    [client, sessions.client, before[1]],
  ] as const) {
    addUsage(state, session.usage(), -1)
    addUsage(state, used, 1)
  }
  return context.kill.aborted ? verdict(plan, 'not-run', ['interrupted']) : plan.judge(output)
}

async function openBoth(
  context: RunContext,
  server: HostState,
  client: HostState,
): Promise<{ server: Session; client: Session } | string> {
  try {
    return { server: await sessionOf(context, server), client: await sessionOf(context, client) }
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    return error.data.summary
  }
}

async function runBoth(
  context: RunContext,
  plan: TrialPlan,
  sessions: { server: Session; client: Session },
): Promise<{ server: TrialOutput; client: TrialOutput }> {
  const ready = deferred<string[] | null>()
  const release = deferred<void>()
  const serving = exec(context, plan, sessions.server, plan.serverScript, {
    stdin: openUntil(release.promise),
    onLine: (line) => {
      if (line.startsWith('READY ')) ready.resolve(line.slice('READY '.length).split(' '))
    },
  }).finally(() => ready.resolve(null))
  try {
    const words = await ready.promise
    if (words === null)
      return { server: await serving, client: { stdout: '', stderr: '', rc: null, failure: 'not started' } }
    const client = await exec(context, plan, sessions.client, plan.clientScript(words), {})
    release.resolve()
    return { server: await serving, client }
  } finally {
    release.resolve()
  }
}

/** A stdin that says nothing and closes when its time has come: a dead man's switch. */
function openUntil(release: Promise<void>): AsyncIterable<string> {
  const next = async (): Promise<IteratorResult<string>> => {
    await release
    return { done: true, value: undefined }
  }
  return { [Symbol.asyncIterator]: () => ({ next }) }
}

/** A promise with its resolver outside (Promise.withResolvers needs Node 22). */
function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

async function exec(
  context: RunContext,
  plan: TrialPlan,
  session: Session,
  script: string,
  more: { stdin?: AsyncIterable<string>; onLine?: (line: string) => void },
): Promise<TrialOutput> {
  const request = {
    script: frameScript(newNonce(), [script]),
    timeoutSeconds: plan.timeoutSeconds,
    outputCap: OUTPUT_CAP,
    become: true,
    signal: context.kill,
    ...more,
  }
  try {
    return trialOutput(await session.exec(request))
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    return { stdout: '', stderr: '', rc: null, failure: error.data.summary }
  }
}

function trialOutput(result: ExecResult): TrialOutput {
  const failures = {
    exited: null,
    'timed-out': 'stopped after its time limit',
    lost: 'the connection was lost',
    aborted: 'interrupted',
    'output-cap': 'printed more than this tool takes from a host',
  }
  const rc = result.end === 'timed-out' ? 124 : result.rc
  return { stdout: result.stdout, stderr: result.stderr, rc, failure: failures[result.end] }
}

function verdict(pair: { server: string; client: string }, kind: 'fail' | 'not-run', reasons: string[]): TrialResult {
  const { server, client } = pair
  return { server, client, verdict: kind, reasons, bytes: 0, durationMs: 0, checksumOk: null, subflows: [] }
}
