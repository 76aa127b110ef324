/** Undo records: per host of a run, what was about to be changed and how to take it back. */
import * as z from 'zod'
import type { PlannedChange, Step } from '../model/change.ts'
import { plainValue } from '../model/plain.ts'
import { Secret } from '../model/secret.ts'

const runStep = z.strictObject({
  kind: z.literal('run'),
  argv: z.array(z.string()),
  stdin: z.string().optional(),
  timeout: z.number().optional(),
  chdir: z.string().optional(),
  lasting: z.boolean().optional(),
  script: z.strictObject({ at: z.number(), text: z.string() }).optional(),
  files: z.array(z.string()).optional(),
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

const steps = z.array(z.discriminatedUnion('kind', [runStep, writeStep, removeStep])).nullable()

const undoChange = z.strictObject({
  task: z.string(),
  module: z.string(),
  taskIndex: z.number(),
  fact: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  summary: z.string(),
  disruptive: z.boolean(),
  observed: z
    .unknown()
    .optional()
    .describe('what was read of the fact once the change was verified, where that is not `after`'),
  noLog: z.boolean().default(false).describe('true: it is not to be shown'),
  undo: steps.describe('null where a step holds a secret: those are never kept, the change cannot be undone from here'),
  apply: steps.describe('what was done, which undoes the undo; null as above, and for a command under no_log'),
})

/** One host's file. Segments are in the order in which they were applied. */
export const undoRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: z.string(),
  host: z.string(),
  address: z.string(),
  become: z.string().nullable().describe('as whom it was done; null: as the user who logged in'),
  segments: z.array(z.strictObject({ at: z.string().describe('ISO 8601 UTC'), changes: z.array(undoChange) })),
})

export type UndoRecord = z.infer<typeof undoRecordSchema>
export type UndoSegment = UndoRecord['segments'][number]

/** What is about to be applied, as it is kept. `sealed`: the file is encrypted, so that secrets may stand in it. */
export function undoSegment(changes: readonly PlannedChange[], at: Date, sealed: boolean): UndoSegment {
  return {
    at: at.toISOString(),
    changes: changes.map((change) => ({
      task: change.task,
      module: change.module,
      taskIndex: change.taskIndex,
      fact: change.fact,
      before: keptValue(change.before, sealed),
      after: keptValue(change.after, sealed),
      summary: change.summary,
      disruptive: change.disruptive,
      noLog: change.noLog === true,
      undo: kept(change.undo, sealed),
      apply: isHidden(change) && !sealed ? null : kept(change.apply, sealed),
    })),
  }
}

/** A command that nobody is to see: it is not what undoes the change. */
function isHidden({ noLog, opaque }: PlannedChange): boolean {
  return noLog === true && opaque === true
}

/** A value as it is kept. One that holds a secret comes as a Secret, in JSON. */
export function keptValue(value: unknown, sealed: boolean): unknown {
  return sealed && value instanceof Secret ? (JSON.parse(value.reveal()) as unknown) : plainValue(value)
}

function kept(all: readonly Step[], sealed: boolean): UndoSegment['changes'][number]['undo'] {
  const plain = all.map((step): unknown => {
    const [name, text] =
      step.kind === 'run' ? ['stdin', step.stdin] : step.kind === 'write' ? ['bytes', step.bytes] : []
    if (!(text instanceof Secret)) return step
    return sealed ? { ...step, [name!]: text.reveal() } : null
  })
  return plain.includes(null) ? null : (plain as UndoSegment['changes'][number]['undo'])
}

/** A change as it was kept, for the engine. */
export interface KeptChange {
  change: PlannedChange
  observed: unknown
  /** Its undo held a secret and was not kept. */
  withheld: boolean
}

/** The record's changes, in the order in which they were applied. */
export function keptChanges(record: UndoRecord): KeptChange[] {
  return record.segments.flatMap((segment) =>
    segment.changes.map(({ observed, ...change }): KeptChange => {
      const [undo, apply] = [change.undo ?? [], change.apply ?? []] as [Step[], Step[]]
      const planned = { ...change, host: record.host, checkOnly: false, apply, undo }
      return { change: planned, observed, withheld: change.undo === null }
    }),
  )
}
