/** matrix.json of a kept audit: its statuses, and by their hashes the parts that lie in its folder `content`. */
import * as z from 'zod'
import { auditReportSchema } from '../model/audit.ts'
import { auditEvidenceSchema } from '../model/audit-columns.ts'
import { packSchema } from './audit-findings.ts'

export const RECORD_VERSION = 3

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const { controls, hosts, commands, tests, trend, hostScores, ...head } = auditReportSchema.shape
const host = hosts.element.shape

export const matrixSchema = z.strictObject({
  recordVersion: z.literal(RECORD_VERSION),
  ...head,
  content: z.strictObject({
    controls: hash,
    hosts: hash,
    past: hash,
    packs: z.array(hash).describe('of findings, each once'),
    numbers: hash.describe('of each control, which finding each host has'),
  }),
  unread: z.array(z.strictObject({ host: z.number(), status: host.status, error: host.error })),
  columns: z.array(z.string()).describe('of each control, a letter for each host'),
  waived: auditEvidenceSchema.shape.waived,
})
export type Matrix = z.infer<typeof matrixSchema>

/** By the same names as in `content`. */
export const contentSchemas = {
  controls: z.strictObject({ controls, commands }),
  hosts: z.strictObject({
    names: z.array(host.name),
    addresses: z.array(host.address),
    groupSets: z.array(host.groups).describe('each once'),
    groups: z.array(z.number()).describe('of each host, the index of its set'),
  }),
  past: z.strictObject({ tests, trend, hostScores }),
  packs: packSchema,
} as const
export type StoredHosts = z.infer<typeof contentSchemas.hosts>
