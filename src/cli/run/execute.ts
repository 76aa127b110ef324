/** The one way in which commands run playbooks: flags in, engine, views and store attached, exit code out. */

import { newRunId } from '../../engine/run-id.ts'
import { run } from '../../engine/run.ts'
import type { ConnectionFlags } from '../../inventory/types.ts'
import { EXIT } from '../../model/exit-codes.ts'
import type { PlayPlan, RunRequestRecord } from '../../model/events.ts'
import type { RunReport } from '../../model/report.ts'
import { renderDiagnostics } from '../../report/diagnostics.ts'
import { renderPlan } from '../../report/plan.ts'
import type { PlanOptions } from '../../report/plan-change.ts'
import { keepRun } from '../../store/keep-run.ts'
import { createKeyFiles } from '../../transport/private-key.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'
import { progressView } from '../view/progress-view.ts'
import type { OutputKind } from '../view/result-view.ts'
import { resultView } from '../view/result-view.ts'
import type { Screen } from '../view/screen.ts'
import { createScreen } from '../view/screen.ts'
import { generatorOf } from './generator.ts'
import type { Interrupts } from './interrupts.ts'
import { listenForInterrupts } from './interrupts.ts'
import type { PlanFile } from './keep-plan.ts'
import { planKeeper } from './keep-plan.ts'
import type { ListFlags } from './lists.ts'
import { renderLists, tasksByHost, wantsList } from './lists.ts'
import type { PlaybookSource } from './load.ts'
import { assembleFrom, hasAudit, inventoriesOf, loadAll } from './load.ts'
import type { Assembled } from '../../engine/assemble.ts'
import { canAsk, confirm } from './prompt.ts'
import { checkReportFiles, checkSigning, writeReportFiles } from './report-files.ts'
import type { RunFlags } from './run-flags.ts'
import type { Resumed } from './resume.ts'
import { checkReached } from './resume.ts'
import type { ReadPlan } from './saved-plan.ts'
import { checkSavedPlan, wasShown } from './saved-plan.ts'
import { passwordsOf } from './passwords.ts'
import { forksOf, plainConnectionOf } from './run-flags.ts'
import { fanOut } from './subscribers.ts'
import { fleetTransport } from './transport.ts'
import { unlockKeys } from './unlock-keys.ts'

/** Longest time for reading facts on a host, in seconds. */
const GATHER_SECONDS = 60

export interface RunRequest {
  command: string
  source: PlaybookSource
  flags: RunFlags
  check: boolean
  /** Whether changes are made without asking. */
  yes: boolean
  tags: string[]
  skipTags: string[]
  detailedExitcode: boolean
  /** Guard time in seconds; null: none; unset: nothing is changed, so that none runs. */
  guard?: number | null
  /** Encrypts undo records. */
  seal?: ((text: string) => string) | undefined
  /** The earlier run that this one takes up. */
  resume?: Pick<Resumed, 'runId' | 'attempts' | 'records' | 'done'>
  /** Where the plan is to be kept; null or unset: nowhere. */
  out?: PlanFile | null
  /** A plan that was kept: what is done is what it showed. */
  saved?: ReadPlan
  /** Show these and stop. */
  lists: ListFlags | null
  /** Those that were asked for already. */
  passwords?: Pick<ConnectionFlags, 'password' | 'becomePassword'>
  /** Gets the report as well. */
  onReport?: (report: RunReport) => void
}

/** Runs it and resolves to the exit code. Throws DiagnosticsError and usage errors before any connection is made. */
export async function execute(request: RunRequest, io: Io): Promise<number> {
  const { flags, check, yes } = request
  const lists = request.lists !== null && wantsList(request.lists) ? request.lists : null
  checkReportFiles(flags.report, io.cwd)
  if (request.out == null) checkSigning(flags.sign, flags.report, io.cwd)
  const loaded = await loadAll(flags, request.source, io)
  const { secrets } = io
  const forks = forksOf(flags, io)
  const guard = request.guard === undefined ? {} : { guard: request.guard }
  // The controls are loaded only where a task needs them.
  const audits = hasAudit(loaded) ? await (await import('./audit-files.ts')).auditFiles(loaded, flags, io) : undefined
  const selection = {
    ...loaded,
    ...guard,
    audits,
    limit: flags.limit,
    limitPlaces: io.limitPlaces,
    tags: request.tags,
    skipTags: request.skipTags,
    secrets,
  }
  const plain = plainConnectionOf(flags, io)
  const first = assembleFrom(request.source, { ...selection, connection: plain })
  const screen = createScreen(io)
  if (lists !== null) {
    screen.err(renderDiagnostics(first.diagnostics, screen.errStyle))
    screen.out(renderLists(loaded.playbooks, first, lists))
    return EXIT.ok.code
  }
  if (!check && !yes && request.saved === undefined && !canAsk(io) && mayChange(first)) {
    throw usageError(
      'there is no terminal to ask on before changes are made',
      '--yes makes them without asking; --check or the command plan shows them',
    )
  }
  // What is wrong is told before anybody is asked for a password.
  const passwords = request.passwords ?? (await passwordsOf(flags, io))
  const connection = { ...plain, ...passwords }
  const hasPasswords = Object.keys(passwords).length > 0
  const assembled = hasPasswords ? assembleFrom(request.source, { ...selection, connection }) : first
  const { saved } = request
  if (saved !== undefined) checkSavedPlan(saved, assembled, io, !check && !yes)
  if (request.resume !== undefined) checkReached(request.resume, assembled)
  const keyFiles = createKeyFiles()
  await unlockKeys(
    assembled.plays.flatMap(({ batches }) => batches.flat()),
    keyFiles,
    io,
  )
  const runId = newRunId()
  const record = recordOf(request, io)
  const keeper = request.out == null ? null : planKeeper(request.out, { io, assembled, request: record, runId })
  const store = check
    ? () => {}
    : keepRun(io.cwd, runId, { seal: request.seal, resumed: request.resume && new Map(request.resume.attempts) })
        .subscriber
  const planOptions = { diff: flags.diff, verbose: flags.verbose > 0, steps: flags.verbose > 1 }
  const results = resultView(flags.output as OutputKind, screen, planOptions, tasksByHost(assembled))
  const progress = progressView(screen, flags.verbose)
  const transport = fleetTransport(keyFiles, forks, io)
  const interrupts = listenForInterrupts((text) => screen.err(text))
  let wrong = false
  const ask = reviewer(flags.output === 'text', screen, planOptions, interrupts, io)
  try {
    const report = await run({
      ...selection,
      assembled,
      request: record,
      ...(keeper === null ? {} : { onFacts: keeper.onFacts }),
      ...(saved === undefined ? {} : { expected: new Map(Object.entries(saved.plan.facts)) }),
      ...(request.resume === undefined ? {} : { resume: request.resume.attempts, done: request.resume.done }),
      command: request.command,
      generator: generatorOf(io),
      runId,
      forks,
      check,
      connection,
      timeoutSeconds: GATHER_SECONDS,
      guard: request.guard ?? null,
      transport,
      detailedExitcode: request.detailedExitcode,
      interrupt: interrupts.interrupt,
      kill: interrupts.kill,
      review: async (plan) =>
        yes || (saved !== undefined && wasShown(saved, plan)) || (canAsk(io) && (await ask(plan))),
      emit: fanOut(store, [progress.subscriber, results, ...(keeper === null ? [] : [keeper.subscriber])], (error) => {
        wrong = true
        screen.err(`mptcp-fleet: the run goes on, but ${describeFault(error)}\n`)
      }),
    })
    request.onReport?.(report)
    const unwritten = await writeReportFiles(flags.report, report, flags.sign, io)
    for (const line of unwritten) screen.err(`mptcp-fleet: ${line}\n`)
    await keeper?.write()
    return (unwritten.length > 0 || wrong) && report.exitCode === EXIT.ok.code ? EXIT.notStarted.code : report.exitCode
  } finally {
    progress.stop()
    await transport.close()
    interrupts.dispose()
  }
}

/** Of what this machine refuses (a full disk, say) its words; of anything else, which is a bug, the stack. */
function describeFault(error: unknown): string {
  const { stack, message, code, cause } = error as NodeJS.ErrnoException
  const isSystem = code !== undefined || (cause as NodeJS.ErrnoException | undefined)?.code !== undefined
  return isSystem || message.includes('no space left') ? message : `beside it this went wrong: ${stack}`
}

function recordOf({ source, flags, tags, skipTags, resume }: RunRequest, io: Io): RunRequestRecord {
  const playbooks = 'files' in source ? [...source.files] : []
  const inventories = inventoriesOf(flags, io)
  return { playbooks, inventories, limit: flags.limit, tags, skipTags, resumes: resume?.runId }
}

/** Asks before changes are made. Where stdout carries no plan for people, the plan is shown beside the question. */
function reviewer(
  shown: boolean,
  screen: Screen,
  options: PlanOptions,
  interrupts: Interrupts,
  io: Io,
): (plan: PlayPlan) => Promise<boolean> {
  return async (plan) => {
    if (!shown) screen.err(renderPlan(plan, screen.errStyle, options))
    screen.hold()
    try {
      return await confirm('Apply these changes?', io, interrupts.interrupt)
    } finally {
      screen.release()
    }
  }
}

/** Kinds of modules that change nothing. */
const DOES_NOTHING: ReadonlySet<string> = new Set(['trial', 'audit'])

/** Whether a task would be applied: under check_mode none is. */
function mayChange({ plays }: Assembled): boolean {
  return plays.some(({ tasks }) => tasks.some(({ checkOnly, module }) => !checkOnly && !DOES_NOTHING.has(module.kind)))
}
