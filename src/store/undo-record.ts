/** Undo records: per host of a run, what was about to be changed and how to take it back. */
import { z } from 'zod'
import type { PlannedChange, Step } from '../model/change.ts'
import { plainValue } from '../model/plain.ts'
import { Secret } from '../model/secret.ts'

const runStep = z.strictObject({
  kind: z.literal('run'),
  argv: z.array(z.string()),
  stdin: z.string().optional(),
  timeout: z.number().optional(),
})

const writeStep = z.strictObject({
  kind: z.literal('write'),
  path: z.string(),
  bytes: z.string(),
  mode: z.string(),
  owner: z.string(),
  group: z.string(),
})

const removeStep = z.strictObject({ kind: z.literal('remove'), path: z.string() })

const undoChange = z.strictObject({
  task: z.string(),
  module: z.string(),
  taskIndex: z.number(),
  fact: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  summary: z.string(),
  disruptive: z.boolean(),
  undo: z
    .array(z.discriminatedUnion('kind', [runStep, writeStep, removeStep]))
    .nullable()
    .describe('null where a step holds a secret: those are never kept, the change cannot be undone from here'),
})

/** One host's file. Segments are in the order in which they were applied. */
export const undoRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: z.string(),
  host: z.string(),
  address: z.string(),
  segments: z.array(z.strictObject({ at: z.string().describe('ISO 8601 UTC'), changes: z.array(undoChange) })),
})

export type UndoRecord = z.infer<typeof undoRecordSchema>
export type UndoSegment = UndoRecord['segments'][number]

/** What is about to be applied, as it is kept. */
export function undoSegment(changes: readonly PlannedChange[], at: Date): UndoSegment {
  return {
    at: at.toISOString(),
    changes: changes.map((change) => ({
      task: change.task,
      module: change.module,
      taskIndex: change.taskIndex,
      fact: change.fact,
      before: plainValue(change.before),
      after: plainValue(change.after),
      summary: change.summary,
      disruptive: change.disruptive,
      undo: change.undo.some(holdsSecret) ? null : (change.undo as UndoSegment['changes'][number]['undo']),
    })),
  }
}

function holdsSecret(step: Step): boolean {
  if (step.kind === 'run') return step.stdin instanceof Secret
  return step.kind === 'write' && step.bytes instanceof Secret
}

/** The record's changes as the engine takes them to undo, in the order in which they were applied. */
export function undoChanges(record: UndoRecord): { changes: PlannedChange[]; withheld: string[] } {
  const kept = record.segments.flatMap((segment) => segment.changes)
  const changes = kept
    .filter((change) => change.undo !== null)
    .map((change): PlannedChange => {
      const undo = (change.undo ?? []) as Step[]
      return Object.assign({}, change, { host: record.host, checkOnly: false, apply: [], undo })
    })
  return { changes, withheld: kept.filter((change) => change.undo === null).map((change) => change.summary) }
}
