/**
 * Several changes may write the same file: on the host it is written once, with the last value, in the place of the first of
 * them (what starts from the file follows it); and undone to the first value, in the place of the last.
 */
import type { PlannedChange, Step } from '../model/change.ts'

/** One step in its place. */
export interface PlacedStep {
  /** The change (by index) that the step is of. */
  change: number
  /** Of which changes it does a part: of its own, and of those whose writing of the same file it stands for. */
  changes: ReadonlySet<number>
  step: Step
}

/** Steps to apply, in order. */
export function applySteps(changes: readonly PlannedChange[]): PlacedStep[] {
  return lastOfEachFile(
    changes.flatMap((change, index) => change.apply.map((step) => ({ change: index, step }))),
    'first',
  )
}

/** Steps that undo `changes`, the last change first. */
export function undoSteps(changes: readonly PlannedChange[]): PlacedStep[] {
  const placed = changes.map((change, index) => change.undo.map((step) => ({ change: index, step })))
  return lastOfEachFile(placed.toReversed().flat(), 'last')
}

/** Keeps, of all steps that write or remove the same file, the last alone, in this place; programs that run all stay. */
function lastOfEachFile(all: readonly { change: number; step: Step }[], place: 'first' | 'last'): PlacedStep[] {
  const writers = new Map<string, { first: number; last: number; changes: Set<number> }>()
  for (const [index, { change, step }] of all.entries()) {
    if (step.kind === 'run') continue
    const { first = index, changes = [] } = writers.get(step.path) ?? {}
    writers.set(step.path, { first, last: index, changes: new Set([...changes, change]) })
  }
  return all.flatMap(({ change, step }, index): PlacedStep[] => {
    if (step.kind === 'run') return [{ change, changes: new Set([change]), step }]
    const { first, last, changes } = writers.get(step.path)!
    if (index !== (place === 'first' ? first : last)) return []
    const kept = all[last]!
    return [{ change: kept.change, changes, step: kept.step }]
  })
}
