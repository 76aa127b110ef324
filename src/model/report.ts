import * as z from 'zod'
import { findingSchema } from './finding.ts'
import { generatorSchema } from './generator.ts'

/** Version of the report's JSON; raised when a field changes its meaning or goes away. */
export const SCHEMA_VERSION = 1

const source = z.strictObject({ file: z.string(), line: z.number(), column: z.number() })

export const diagnosticSchema = z.strictObject({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  summary: z.string(),
  detail: z.string(),
  hint: z.string(),
  source: source.nullable(),
})

export const hostErrorSchema = z.strictObject({
  code: z.string(),
  summary: z.string(),
  detail: z.string(),
  hint: z.string(),
})

const changeStatus = z
  .enum(['planned', 'done', 'failed', 'unknown', 'not-started', 'rolled-back'])
  .describe(
    'planned: check mode or plan; done: its steps succeeded; failed, unknown: of the step that ended so; not-started: after it; rolled-back: taken back',
  )

export const changeReportSchema = z.strictObject({
  task: z.string(),
  module: z.string(),
  fact: z.string().describe('key and path of the smallest thing that changes'),
  summary: z.string(),
  before: z.unknown().describe('null where absent'),
  after: z.unknown().describe('null where absent; "known after apply" where not predictable'),
  status: changeStatus,
})

const metricsSchema = z.strictObject({
  connections: z.number(),
  execs: z.number(),
  bytesSent: z.number(),
  bytesReceived: z.number(),
  connectMs: z.number(),
  gatherMs: z.number(),
  planMs: z.number(),
  applyMs: z.number(),
  verifyMs: z.number(),
})

export const hostStatusSchema = z.enum([
  'ok',
  'changed',
  'failed',
  'unreachable',
  'unknown',
  'skipped',
  'not-started',
  'rolled-back',
])

const hostReportSchema = z.strictObject({
  name: z.string(),
  address: z.string(),
  status: hostStatusSchema,
  changes: z.array(changeReportSchema),
  error: hostErrorSchema.nullable(),
  metrics: metricsSchema,
})

const subflowSchema = z.strictObject({
  clientAddress: z.string(),
  clientDevice: z.string().nullable(),
  serverAddress: z.string(),
  serverDevice: z.string().nullable(),
  backup: z.boolean(),
  bytes: z.number(),
  share: z.number().describe('part of all bytes, 0 to 1'),
})

export const trialSchema = z.strictObject({
  server: z.string(),
  client: z.string(),
  verdict: z.enum(['pass', 'fail', 'not-run']),
  reasons: z.array(z.string()),
  bytes: z.number(),
  durationMs: z.number(),
  checksumOk: z.boolean().nullable().describe('null where nothing was transferred'),
  subflows: z.array(subflowSchema),
})

/** The contract that every report format is a pure function of. Times ISO 8601 UTC, sizes in bytes, durations in ms. */
export const runReportSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  command: z.string(),
  // Reports of before had none.
  generator: generatorSchema.nullable().default(null),
  runId: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  exitCode: z.number(),
  check: z.boolean(),
  playbooks: z.array(z.string()),
  inventoryHash: z.string(),
  hosts: z.array(hostReportSchema),
  trials: z.array(trialSchema),
  // Reports of before had none.
  findings: z
    .array(findingSchema)
    .default([])
    .describe('of tasks `audit`: what fails, and what would but for a waiver'),
  diagnostics: z.array(diagnosticSchema),
})

export type RunReport = z.infer<typeof runReportSchema>
export type HostReport = z.infer<typeof hostReportSchema>
export type HostStatus = z.infer<typeof hostStatusSchema>
export type ChangeReport = z.infer<typeof changeReportSchema>
export type ChangeStatus = z.infer<typeof changeStatus>
export type Metrics = z.infer<typeof metricsSchema>
export type TrialResult = z.infer<typeof trialSchema>
export type SubflowReport = z.infer<typeof subflowSchema>
