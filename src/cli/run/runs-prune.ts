/** `runs prune`: shows which kept runs it would remove, asks, and removes them. */
import { DiagnosticsError } from '../../model/diagnostic.ts'
import { EXIT } from '../../model/exit-codes.ts'
import { renderJson } from '../../report/json.ts'
import { sanitize } from '../../report/sanitize.ts'
import { drawTable } from '../../report/table.ts'
import { count } from '../../report/wrap.ts'
import { loadRunStarts, loadRunState } from '../../store/load-run.ts'
import { loadPastTests } from '../../store/past-tests.ts'
import { removeRemains, removeRun } from '../../store/remove-run.ts'
import type { RunStart } from '../../store/run-start.ts'
import { readAge } from '../../text/duration.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'
import { listenForInterrupts } from './interrupts.ts'
import { canAsk, confirm } from './prompt.ts'
import type { Prune, PruneRun } from './prune-plan.ts'
import { planPrune } from './prune-plan.ts'

export interface PruneFlags {
  keep: number | null
  'older-than': string | null
  command: string | null
  check: boolean
  yes: boolean
  output: string
}

/** Rows that are laid out. */
const MOST = 200

/** Throws DiagnosticsError and usage errors. */
export async function pruneRuns(flags: PruneFlags, io: Io): Promise<number> {
  const { keep, command, check, yes } = flags
  const age = flags['older-than']
  if (keep === null && age === null) {
    throw usageError('nothing is removed unless you say what', 'runs prune --keep 100, or --older-than 90d')
  }
  const olderThan = age === null ? null : readAge(age)! * 1000
  const plan = planPrune(prunable(io), { keep, olderThan, command }, Date.now())
  if (!check && !yes && !canAsk(io) && plan.removed.length > 0) {
    throw usageError(
      'there is no terminal to ask on before runs are removed',
      '--yes removes them without asking; --check shows them',
    )
  }
  const isJson = flags.output === 'json'
  const isDone = !check && (yes || plan.removed.length === 0 || (await agreed(plan, isJson, io)))
  if (isDone) {
    removeRemains(io.cwd)
    for (const { runId } of plan.removed) removeRun(io.cwd, runId)
  }
  if (isJson) io.stdout.write(renderJson({ check, done: isDone, ...plan }))
  else if (check || yes || plan.removed.length === 0) io.stdout.write(renderPrune(plan))
  if (isDone && !isJson && plan.removed.length > 0) io.stdout.write(`${count(plan.removed.length, 'run')} removed\n`)
  return check || isDone ? EXIT.ok.code : EXIT.notStarted.code
}

async function agreed(plan: Prune, isJson: boolean, io: Io): Promise<boolean> {
  const stream = isJson ? io.stderr : io.stdout
  stream.write(renderPrune(plan))
  const interrupts = listenForInterrupts((text) => io.stderr.write(text))
  try {
    return await confirm(`Remove ${count(plan.removed.length, 'run')} for good?`, io, interrupts.interrupt)
  } finally {
    interrupts.dispose()
  }
}

function prunable(io: Io): PruneRun[] {
  const tests = new Map<string, string[]>()
  for (const { runId, server, client } of loadPastTests(io.cwd)) {
    tests.set(runId, [...(tests.get(runId) ?? []), `${server} and ${client}`])
  }
  return loadRunStarts(io.cwd).map((run) => ({
    runId: run.folder,
    command: run.start.command,
    startedAt: run.start.at,
    state: stateOf(run, io),
    lastTests: tests.get(run.folder) ?? [],
  }))
}

function stateOf({ folder }: RunStart, io: Io): PruneRun['state'] {
  try {
    return loadRunState(io.cwd, folder)
  } catch (error) {
    if (error instanceof DiagnosticsError) return null
    throw error
  }
}

function renderPrune({ removed, kept }: Prune): string {
  if (removed.length + kept.length === 0) return 'no run is to be removed\n'
  const stays = kept.map(({ why, ...run }) => [...cellsOf(run), sanitize(why)])
  const goes = removed.map(({ loses, ...run }) => [...cellsOf(run), sanitize(loses.join('; '))])
  return `${draw('kept', 'because', stays)}${draw('to be removed', 'what is lost with it', goes)}`
}

function cellsOf({ runId, command, startedAt }: Pick<PruneRun, 'runId' | 'command' | 'startedAt'>): string[] {
  return [runId, sanitize(command), startedAt.slice(0, 10)]
}

function draw(title: string, reason: string, rows: readonly string[][]): string {
  if (rows.length === 0) return ''
  const rest = rows.length > MOST ? `and ${rows.length - MOST} more\n` : ''
  return `${drawTable([title, 'command', 'began', reason], rows.slice(0, MOST))}\n${rest}`
}
