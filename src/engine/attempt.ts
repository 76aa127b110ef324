/** One apply on one host: its steps with their numbers, what undoes them, and what is known of how they ended. */
import type { PlannedChange, Step } from '../model/change.ts'
import { isLasting } from '../model/change.ts'
import type { ChangeStatus } from '../model/report.ts'
import { shownOutput } from './apply-errors.ts'
import { applySteps, undoSteps } from './coalesce.ts'
import type { PlacedStep } from './coalesce.ts'
import { localAccount } from './local-account.ts'
import type { NumberedStep } from './script/apply-script.ts'
import { emptiedBy } from './script/file-lib.ts'
import type { Section } from './script/frame.ts'
import { STEP_TIMEOUT } from './script/step-text.ts'
import type { UndoStep } from './script/undo-script.ts'

export interface Attempt {
  /** Names the lock, the record and the copies on the host. */
  id: string
  owner: string
  changes: readonly PlannedChange[]
  /** By their numbers. */
  placed: readonly PlacedStep[]
  undo: readonly UndoStep[]
  /** Files that any step changes. */
  copies: readonly string[]
  /** Folders that any step removes if empty. */
  emptied: readonly string[]
  /** Seconds until the host takes the changes back unless they are confirmed; null: no guard. */
  guard: number | null
  /** What each step printed and returned, by number. A step without an entry is not known to have begun. */
  results: Map<number, Section>
  /** Changes of which a step of the undo failed, by index. */
  undoFailed: Set<number>
}

/** `nth`: the host's applies of this run, from 1, each of which has a record of its own. */
export function newAttempt(
  runId: string,
  nth: number,
  changes: readonly PlannedChange[],
  guard: number | null,
  steps: readonly PlacedStep[] = applySteps(changes),
): Attempt {
  const placed = guard === null ? steps : boundBy(guard, changes, steps)
  const numbersOf = (wanted: ReadonlySet<number>): number[] =>
    placed.flatMap((item, number) => ([...item.changes].some((change) => wanted.has(change)) ? [number] : []))
  return {
    id: nth === 1 ? runId : `${runId}-${nth}`,
    owner: localAccount(),
    changes,
    placed,
    undo: undoSteps(changes).map((item) => ({
      placed: item,
      after: numbersOf(item.changes),
      once: changes[item.change]?.opaque === true,
    })),
    copies: [...new Set(placed.flatMap(({ step }) => filesOf(step)))],
    emptied: placed.flatMap(({ step }) => emptiedBy(step)),
    guard,
    results: new Map(),
    undoFailed: new Set(),
  }
}

/** Seconds beyond the guard time that a program may take which could cut the host off. */
const LEEWAY = 10

/**
 * From the first disruptive change on no program takes much longer than the guard time: the host may have been cut off, and
 * what hangs must not keep it from being taken back.
 */
function boundBy(guard: number, changes: readonly PlannedChange[], steps: readonly PlacedStep[]): PlacedStep[] {
  const first = steps.findIndex((item) => [...item.changes].some((index) => changes[index]?.disruptive === true))
  return steps.map((item, index) => {
    const { step } = item
    if (first === -1 || index < first || step.kind !== 'run') return item
    return { ...item, step: { ...step, timeout: Math.min(step.timeout ?? STEP_TIMEOUT, guard + LEEWAY) } }
  })
}

/** Steps of the apply exec: all of them, or under a guard those that a reboot takes back. */
export function firstSteps(attempt: Attempt): NumberedStep[] {
  return numbered(attempt).filter(({ step }) => attempt.guard === null || !isLasting(step))
}

/** Steps of the commit exec: under a guard, those that outlast a reboot. */
export function lastingSteps(attempt: Attempt): NumberedStep[] {
  return attempt.guard === null ? [] : numbered(attempt).filter(({ step }) => isLasting(step))
}

/** Facts that are not expected to be as wished before the commit. */
export function pendingFacts(attempt: Attempt): ReadonlySet<string> {
  const pending = new Set(lastingSteps(attempt).flatMap(({ number }) => [...attempt.placed[number]!.changes]))
  return new Set(
    [...pending].flatMap((index) => {
      const { fact, effects } = attempt.changes[index]!
      return [fact, ...Object.keys(effects ?? {})]
    }),
  )
}

/** Of each change, what is known of it; `lost`: the script may have gone on without our seeing it. */
export function changeStatuses(attempt: Attempt, lost: boolean): ChangeStatus[] {
  const unseen: ChangeStatus = lost ? 'unknown' : 'not-started'
  return attempt.changes.map((_, index): ChangeStatus => {
    const own = attempt.placed.flatMap((item, number) => (item.changes.has(index) ? [number] : []))
    const results = own.map((number) => attempt.results.get(number))
    if (results.some((result) => result?.rc != null && result.rc !== 0)) return 'failed'
    if (results.every((result) => result?.rc === 0)) return 'done'
    return results.some((result) => result !== undefined && result.rc === null) ? 'unknown' : unseen
  })
}

/** The step that failed, or the first of `steps` that is not known to have ended; null: all went well. */
export function stoppedAt(attempt: Attempt, steps: readonly NumberedStep[]): NumberedStep | null {
  return steps.find(({ number }) => attempt.results.get(number)?.rc !== 0) ?? null
}

/** Takes what a script printed of its steps. */
export function takeSections(attempt: Attempt, sections: ReadonlyMap<string, Section>): void {
  for (const [name, section] of sections) {
    const match = /^s(\d{1,6})$/.exec(name)
    if (match !== null) attempt.results.set(Number(match[1]), section)
  }
}

/** What the host's own record says of a run. */
export interface RecordRead {
  /** `applied`: waits for confirmation; null: no script of it has ended. */
  outcome: 'applied' | 'done' | 'failed' | 'rolled-back' | null
  /** The host knows nothing of it: it was restarted since, or never began. */
  absent: boolean
  /** Steps of the undo that failed. */
  failedUndo: number
  detail: string
}

/** Takes what the host kept of steps whose results did not arrive. */
export function takeRecord(attempt: Attempt, section: Section | undefined): RecordRead {
  const undone = new Map<number, boolean>()
  for (const line of section?.stdout.split('\n') ?? []) {
    const [, undo, rc] = /^u (\d{1,6}) (\d{1,3})$/.exec(line) ?? []
    // Some are tried more than once.
    if (rc !== undefined) undone.set(Number(undo), rc === '0')
    // A line that is not whole says nothing: the disk may have been full.
    const [, began, ended, status] = /^(?:b (\d{1,6})|(\d{1,6}) (\d{1,3}))$/.exec(line) ?? []
    const number = Number(began ?? ended ?? -1)
    if (attempt.placed[number] === undefined || attempt.results.get(number)?.rc != null) continue
    attempt.results.set(number, { stdout: '', stderr: '', rc: status === undefined ? null : Number(status) })
  }
  for (const [step, isDone] of undone) {
    if (!isDone) for (const change of attempt.undo[step]?.placed.changes ?? []) attempt.undoFailed.add(change)
  }
  const said = /^outcome (applied|done|failed|rolled-back)(?: (\d{1,6}))?$/m.exec(section?.stdout ?? '')
  const [, outcome, failed = '0'] = said ?? []
  return {
    outcome: (outcome as RecordRead['outcome'] | undefined) ?? null,
    absent: /^absent$/m.test(section?.stdout ?? ''),
    failedUndo: Number(failed),
    detail: shownOutput(section?.stderr ?? '', attempt.changes),
  }
}

function numbered({ placed }: Attempt): NumberedStep[] {
  return placed.map(({ step }, number) => ({ number, step }))
}

function filesOf(step: Step): readonly string[] {
  return step.kind === 'run' ? (step.files ?? []) : [step.path]
}
