/** What a control finds: words that audits and the findings of a run share. */
import * as z from 'zod'

/** The worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export const severitySchema = z.enum(SEVERITIES)
export type Severity = z.infer<typeof severitySchema>

export const evidenceSchema = z.strictObject({
  kind: z
    .enum(['running', 'persistent', 'reboot', 'traffic', 'host'])
    .describe(
      'running: in force now; persistent: what files will set at boot; reboot: what a boot has shown; traffic: what connections have shown; host: what the host is',
    ),
  fact: z.string().describe('key and path of what was read'),
  value: z.unknown(),
  where: z.string().optional().describe('file and line that say so'),
})
export type Evidence = z.infer<typeof evidenceSchema>

/** What a task `audit` found wrong on one host. */
export const findingSchema = z.strictObject({
  task: z.string(),
  host: z.string(),
  profile: z.string(),
  control: z.string(),
  title: z.string(),
  severity: severitySchema,
  status: z.enum(['fail', 'error', 'not-tested', 'waived']),
  fails: z.boolean().describe('it fails the host: not waived, and at least as bad as the task’s fail_on'),
  reason: z.string(),
  evidence: z.array(evidenceSchema),
  waiver: z.string().nullable().describe('who waived it, until when and why'),
})
export type Finding = z.infer<typeof findingSchema>
