/**
 * The journal of a run: one JSON line before each effect and one after it, on the disk before the effect begins. What a
 * killed run did, did not do, and may have done is read from it (run-state.ts).
 */
import { closeSync, constants, fsyncSync, openSync, writeFileSync, writeSync } from 'node:fs'
import * as z from 'zod'
import { changeReportSchema, hostErrorSchema, hostStatusSchema } from '../model/report.ts'
import { readTrusted, refused } from './trust.ts'

const at = z.string().describe('ISO 8601 UTC')
const host = z.string()

const request = z.strictObject({
  playbooks: z.array(z.string()),
  inventories: z.array(z.string()),
  limit: z.string().nullable(),
  tags: z.array(z.string()),
  skipTags: z.array(z.string()),
  resumes: z.string().optional().describe('the run that this one takes up'),
})

/** What is about to be changed; values stand in the undo record. */
const intent = z.strictObject({
  task: z.string(),
  module: z.string(),
  key: z.string().optional().describe('names what an opaque task does, by a salted digest'),
  fact: z.string(),
  summary: z.string(),
})

/** One line of the journal. */
const journalEntrySchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('run-started'),
    at,
    runId: z.string(),
    command: z.string(),
    hosts: z.array(z.string()),
    request: request.nullable(),
  }),
  z.strictObject({
    type: z.literal('apply-started'),
    at,
    host,
    attempt: z.string(),
    guard: z.number().nullable(),
    changes: z.array(intent),
  }),
  z.strictObject({ type: z.literal('commit-started'), at, host }),
  z.strictObject({ type: z.literal('apply-finished'), at, host, changes: z.array(changeReportSchema) }),
  z.strictObject({
    type: z.literal('host-finished'),
    at,
    host,
    status: hostStatusSchema,
    error: hostErrorSchema.nullable(),
  }),
  z.strictObject({ type: z.literal('run-finished'), at, exitCode: z.number() }),
])

export type JournalEntry = z.infer<typeof journalEntrySchema>

/** Makes the file, which must not be there. Throws DiagnosticsError. */
export function createJournal(path: string): { append: (entry: JournalEntry) => void; close: () => void } {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND | constants.O_NOFOLLOW
  let file: number
  try {
    file = openSync(path, flags, 0o600)
  } catch (error) {
    throw refused(`cannot make ${path}: ${(error as Error).message}`, 'run in a folder that you may write to')
  }
  return {
    // One write, so that a line is whole or not there; on the disk when this returns, but for what sums up entries that are.
    append: (entry) => {
      const line = Buffer.from(`${JSON.stringify(entry)}\n`)
      if (writeSync(file, line) < line.length) throw new Error('no space left on device')
      if (entry.type !== 'host-finished') fsyncSync(file)
    },
    close: () => closeSync(file),
  }
}

/** Adds to the journal of a run that is over. */
export function appendToJournal(path: string, entry: JournalEntry): void {
  const text = readTrusted(path)
  const file = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW)
  try {
    // A line that power loss cut off stays a line of its own.
    writeFileSync(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}${JSON.stringify(entry)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** The entries of a journal's text. A line that was cut off, as power loss leaves it, is passed over. */
export function parseJournal(text: string, path: string): JournalEntry[] {
  const lines = text.split('\n')
  return lines.flatMap((line, index): JournalEntry[] => {
    if (line === '') return []
    const entry = journalEntrySchema.safeParse(jsonOf(line))
    if (entry.success) return [entry.data]
    // Cut off by power loss; the run may have been taken up after it.
    if (jsonOf(line) === undefined) return []
    throw refused(`${path}:${index + 1}: not a line of a journal`, 'it was written by another version, or edited')
  })
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
