/** What became of controls and facts from one audit to a later one, as JSON. */
import * as z from 'zod'
import { auditReportSchema, controlStatusSchema } from './audit.ts'
import { severitySchema } from './finding.ts'

const findingSchema = z.strictObject({
  host: z.string(),
  control: z.string(),
  severity: severitySchema,
  reason: z.string(),
})
/** A control that fails, or failed, on a host. */
export type SinceFinding = z.infer<typeof findingSchema>

const driftSchema = z.strictObject({
  host: z.string(),
  fact: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  lastSeen: z.string().describe('when the last audit began that saw it as before'),
})
/** A fact that was read in both audits, and is other now. */
export type Drift = z.infer<typeof driftSchema>

const names = z.array(z.string())
const uncomparedSchema = z.strictObject({
  hosts: z.strictObject({
    onlyEarlier: names,
    onlyLater: names,
    unread: names.describe('at least one of the two did not read it'),
  }),
  controls: z.strictObject({ onlyEarlier: names, onlyLater: names }),
})
export type Uncompared = z.infer<typeof uncomparedSchema>

const auditHeadSchema = z.strictObject({
  runId: z.string(),
  command: z.literal('audit'),
  startedAt: z.string(),
  pattern: z.string(),
  profile: z.string(),
})
export type AuditHead = z.infer<typeof auditHeadSchema>

const auditSinceSchema = z.strictObject({
  earlier: auditHeadSchema,
  notes: z.array(z.string()).describe('what cannot be compared, and why else than by their hosts the two may differ'),
  newlyFailing: z.array(findingSchema.extend({ was: controlStatusSchema })),
  failingUncompared: z
    .array(findingSchema)
    .describe('failing now; the earlier audit had no such host or control, or did not read the host'),
  fixed: z.array(findingSchema).describe('failing then, passing now; with the reason of then'),
  noLongerFailing: z
    .array(findingSchema.extend({ status: controlStatusSchema }))
    .describe('failing then, and now neither failing nor passing: waived, say; with the reason of then'),
  stillFailing: z
    .array(findingSchema.extend({ since: z.string() }))
    .describe('failing then and now, with when the first audit of the unbroken row by the same profile began'),
  drifted: z.array(driftSchema),
  uncompared: uncomparedSchema,
})
/** Lists of findings have the worst first. */
export type AuditSince = z.infer<typeof auditSinceSchema>

/** What is written of an audit: its report, and what changed since an earlier one where that was asked for. */
export const auditDocumentSchema = auditReportSchema.extend({ since: auditSinceSchema.optional() })
export type AuditDocument = z.infer<typeof auditDocumentSchema>
