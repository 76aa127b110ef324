/** Keeps audits below `.mptcp-fleet/runs/RUNID/`: journal, matrix.json with the statuses, evidence.json and summary.json beside it. */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { AuditPoint, AuditReport } from '../model/audit.ts'
import { auditPointSchema } from '../model/audit.ts'
import { auditPoint } from '../model/audit-score.ts'
import type { AuditMatrix } from '../model/audit-columns.ts'
import { auditEvidenceSchema, auditMatrixSchema, fromColumns, toColumns } from '../model/audit-columns.ts'
import { writeDurably } from './durable.ts'
import { findFleetFolder, fleetFolder } from './fleet-folder.ts'
import { createJournal } from './journal.ts'
import { listRuns } from './load-run.ts'
import { readTrusted, refused } from './trust.ts'

const MATRIX = 'matrix.json'
const EVIDENCE = 'evidence.json'
const SUMMARY = 'summary.json'

const summarySchema = auditPointSchema.extend({ pattern: z.string(), profile: z.string() })
type Summary = z.infer<typeof summarySchema>

/** Longest row of audits in a report. */
const MAX_TREND = 90

/** Throws DiagnosticsError where runs cannot be kept, or what is there is not trusted. */
export function checkAuditFolder(cwd: string): void {
  fleetFolder(cwd, 'runs')
}

/** Throws DiagnosticsError, and errors of the file system. */
export function keepAudit(cwd: string, report: AuditReport): void {
  const { runId, startedAt, endedAt, exitCode, hosts } = report
  const folder = fleetFolder(cwd, 'runs', runId)
  const journal = createJournal(join(folder, 'journal.ndjson'))
  const names = hosts.map(({ name }) => name)
  journal.append({ type: 'run-started', at: startedAt, runId, command: 'audit', hosts: names, request: null })
  for (const { name, status, error } of hosts) {
    journal.append({ type: 'host-finished', at: endedAt, host: name, status, error })
  }
  const { matrix, evidence } = toColumns(report)
  writeDurably(join(folder, EVIDENCE), JSON.stringify(evidence))
  writeDurably(join(folder, MATRIX), JSON.stringify(matrix))
  const summary: Summary = { ...auditPoint(report), pattern: report.pattern, profile: report.profile.name }
  writeDurably(join(folder, SUMMARY), JSON.stringify(summary))
  journal.append({ type: 'run-finished', at: endedAt, exitCode })
  journal.close()
}

/** All audits that are kept, the oldest first; those that did not come to their end are left out. Throws DiagnosticsError. */
export function loadMatrices(cwd: string): AuditMatrix[] {
  const matrices = listRuns(cwd).flatMap((runId) => loadMatrix(cwd, runId) ?? [])
  return matrices.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt))
}

/** Null where the run was no audit, or did not come to its end. Throws DiagnosticsError. */
export function loadMatrix(cwd: string, runId: string): AuditMatrix | null {
  const path = recordPath(cwd, runId, MATRIX)
  if (path === null) return null
  const matrix = parseAs(path, auditMatrixSchema)
  if (matrix.runId !== runId) throw refused(`${path} is of another run, ${matrix.runId}`, 'move it away')
  return matrix
}

/** The last audits of a pattern by a profile, the oldest first. Throws DiagnosticsError. */
export function loadTrend(cwd: string, pattern: string, profile: string): AuditPoint[] {
  const points = listRuns(cwd).flatMap((runId): AuditPoint[] => {
    const path = recordPath(cwd, runId, SUMMARY)
    if (path === null) return []
    const { pattern: of, profile: by, ...point } = parseAs(path, summarySchema)
    return of === pattern && by === profile ? [point] : []
  })
  return points.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt)).slice(-MAX_TREND)
}

/** The whole report; null as above. Throws DiagnosticsError. */
export function loadAudit(cwd: string, runId: string): AuditReport | null {
  const matrix = loadMatrix(cwd, runId)
  if (matrix === null) return null
  return fromColumns(matrix, parseAs(join(findFleetFolder(cwd, 'runs', runId)!, EVIDENCE), auditEvidenceSchema))
}

/** Null where the run has no such file. */
function recordPath(cwd: string, runId: string, name: string): string | null {
  const folder = findFleetFolder(cwd, 'runs', runId)
  const path = folder === null ? null : join(folder, name)
  return path === null || lstatSync(path, { throwIfNoEntry: false }) === undefined ? null : path
}

function parseAs<T>(path: string, schema: z.ZodType<T>): T {
  const hint = 'it was written by another version of mptcp-fleet, edited, or cut off'
  let value: unknown
  try {
    value = JSON.parse(readTrusted(path))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw refused(`${path}: ${error.message}`, hint)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refused(`${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`, hint)
}
