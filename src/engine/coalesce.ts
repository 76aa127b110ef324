/** Several changes may write the same file: on the host it is written once, with the last value, and undone to the first. */
import type { PlannedChange, Step } from '../model/change.ts'

/** One step in its place, and the change (by index) that it belongs to. */
export interface PlacedStep {
  change: number
  step: Step
}

/** Steps to apply, in order. */
export function applySteps(changes: readonly PlannedChange[]): PlacedStep[] {
  return lastOfEachFile(changes.flatMap((change, index) => change.apply.map((step) => ({ change: index, step }))))
}

/** Steps that undo `changes`, the last change first. */
export function undoSteps(changes: readonly PlannedChange[]): PlacedStep[] {
  const placed = changes.map((change, index) => change.undo.map((step) => ({ change: index, step })))
  return lastOfEachFile(placed.toReversed().flat())
}

/** Keeps, of all steps that write or remove the same file, only the last; programs that run all stay. */
function lastOfEachFile(placed: readonly PlacedStep[]): PlacedStep[] {
  const last = new Map<string, PlacedStep>()
  for (const item of placed) if (item.step.kind !== 'run') last.set(item.step.path, item)
  return placed.filter((item) => item.step.kind === 'run' || last.get(item.step.path) === item)
}
