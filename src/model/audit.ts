import * as z from 'zod'
import { evidenceSchema, severitySchema } from './finding.ts'
import { generatorSchema } from './generator.ts'
import { diagnosticSchema, hostErrorSchema, trialSchema } from './report.ts'

export { SEVERITIES, severitySchema } from './finding.ts'
export type { Evidence, Severity } from './finding.ts'

/** Version of the audit report's JSON; raised when a field changes its meaning or goes away. */
export const AUDIT_SCHEMA_VERSION = 1

/** The worst first. */
export const CONTROL_STATUSES = [
  'fail',
  'error',
  'not-tested',
  'unreachable',
  'waived',
  'pass',
  'not-applicable',
] as const
export const controlStatusSchema = z
  .enum(CONTROL_STATUSES)
  .describe(
    'fail; error: evidence could not be read; not-tested: nothing has shown it yet; unreachable: the host was not read; waived: failing, and accepted until a date; pass; not-applicable',
  )
export type ControlStatus = z.infer<typeof controlStatusSchema>

const remedySchema = z.strictObject({ module: z.string(), params: z.record(z.string(), z.unknown()) })
/** A playbook task that makes a failing control pass. */
export type Remedy = z.infer<typeof remedySchema>

const controlResultSchema = z.strictObject({
  control: z.string(),
  status: controlStatusSchema,
  failing: z.boolean().describe('counts as failing at the severity of its control'),
  reason: z.string(),
  evidence: z.array(evidenceSchema),
  remedy: remedySchema.nullable().describe('what --fix would plan'),
  waiver: z.number().nullable().describe('index in waivers, of the one that covers it'),
})
export type ControlResult = z.infer<typeof controlResultSchema>

const auditedControlSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  rationale: z.string(),
  severity: severitySchema,
  nist: z.array(z.string()).describe('controls of NIST SP 800-53'),
  references: z.array(z.string()),
  required: z.boolean().describe('not-tested counts as failing'),
  facts: z.array(z.string()).describe('keys of the facts that it reads'),
})
export type AuditedControl = z.infer<typeof auditedControlSchema>

const auditHostSchema = z.strictObject({
  name: z.string(),
  address: z.string(),
  groups: z.array(z.string()).describe('of the inventory, all but `all` and `ungrouped`'),
  status: z.enum(['ok', 'unreachable', 'failed', 'not-started']).describe('whether it could be read'),
  error: hostErrorSchema.nullable(),
  results: z.array(controlResultSchema),
})
export type AuditHost = z.infer<typeof auditHostSchema>

const waiverReportSchema = z.strictObject({
  control: z.string(),
  hosts: z.string().describe('host pattern'),
  owner: z.string(),
  reason: z.string(),
  expires: z.string().describe('the last day on which it holds, YYYY-MM-DD in UTC'),
  state: z.enum(['active', 'expired', 'unused']).describe('unused: it covered nothing in this audit'),
})
export type WaiverReport = z.infer<typeof waiverReportSchema>

export const pastTestSchema = trialSchema.extend({
  runId: z.string(),
  testedAt: z.string().describe('when the run that tested it ended'),
})
/** A test of an earlier run that is kept. */
export type PastTest = z.infer<typeof pastTestSchema>

export const auditPointSchema = z.strictObject({
  runId: z.string(),
  startedAt: z.string(),
  hosts: z.number(),
  score: z.number().nullable().describe('0 to 100 as that of the fleet; null where nothing counted'),
  failing: z.record(severitySchema, z.number()).describe('results, not hosts'),
  // Audits of before had neither.
  controls: z
    .record(z.string(), z.number())
    .optional()
    .describe('by control: hosts on which it is failing; those that fail on none are left out'),
  groups: z.record(z.string(), z.number().nullable()).optional().describe('by group of hosts: its score'),
})
/** One audit in a row of them. */
export type AuditPoint = z.infer<typeof auditPointSchema>

/** The contract that every format of an audit is a pure function of. Times ISO 8601 UTC. */
export const auditReportSchema = z.strictObject({
  schemaVersion: z.literal(AUDIT_SCHEMA_VERSION),
  command: z.literal('audit'),
  generator: generatorSchema,
  runId: z.string(),
  pattern: z.string().describe('of hosts, and what --limit left of it'),
  profile: z.strictObject({ name: z.string(), title: z.string(), hash: z.string() }),
  failOn: severitySchema,
  inventoryHash: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  exitCode: z.number(),
  controls: z.array(auditedControlSchema),
  commands: z.record(z.string(), z.string()).describe('by key of a fact: the shell text that reads it'),
  hosts: z.array(auditHostSchema),
  waivers: z.array(waiverReportSchema),
  tests: z.array(pastTestSchema).describe('the last one of each pair that an audited host belongs to'),
  trend: z.array(auditPointSchema).describe('earlier audits of this pattern by this profile, the oldest first'),
  hostScores: z
    .record(z.string(), z.array(z.number().nullable()))
    .describe('by host: its score in each of the last audits of trend; null where it was not read'),
  diagnostics: z.array(diagnosticSchema),
})
export type AuditReport = z.infer<typeof auditReportSchema>
