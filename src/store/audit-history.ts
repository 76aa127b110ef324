/** Kept audits in the order in which they began, for questions over many of them. */
import * as z from 'zod'
import type { AuditPoint } from '../model/audit.ts'
import { auditPointSchema } from '../model/audit.ts'
import { DiagnosticsError } from '../model/diagnostic.ts'
import type { AuditedHosts, PastAudit } from '../model/past-audit.ts'
import type { StoredFinding } from './audit-findings.ts'
import { findingAt, numberAt } from './audit-findings.ts'
import type { Matrix } from './audit-matrix.ts'
import { contentSchemas } from './audit-matrix.ts'
import { parseAs, parseContent, readMatrix, recordPath } from './audit-read.ts'
import { readContent } from './content.ts'
import { findFleetFolder } from './fleet-folder.ts'
import { listRuns } from './load-run.ts'

/** Name of the file that has one; it is written last. */
export const SUMMARY = 'summary.json'

const summarySchema = auditPointSchema.extend({
  pattern: z.string(),
  profile: z.string(),
  unread: z.number().optional().describe('hosts that were not read'),
})
/** What a list of audits says of each. */
export type Summary = z.infer<typeof summarySchema>

/** Longest row of audits in a report. */
const MAX_TREND = 90

/** Gets each audit that cannot be read. */
export type Skip = (runId: string, error: DiagnosticsError) => void

/** Of all audits that came to their end, the oldest first. Throws DiagnosticsError where the folder is not trusted. */
export function loadSummaries(cwd: string, skip: Skip): Summary[] {
  const all = listRuns(cwd).flatMap((runId): Summary[] => {
    const read = (): Summary[] => {
      const path = recordPath(cwd, runId, SUMMARY)
      return path === null ? [] : [parseAs(path, summarySchema)]
    }
    return readable(read, (error) => skip(runId, error)) ?? []
  })
  return all.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt))
}

/** The last audits of a pattern by a profile, the oldest first. */
export function trendIn(summaries: readonly Summary[], pattern: string, profile: string): AuditPoint[] {
  return summaries
    .filter((one) => one.pattern === pattern && one.profile === profile)
    .slice(-MAX_TREND)
    .map(({ pattern: _pattern, profile: _profile, unread: _unread, ...point }) => point)
}

/** Reads kept audits; what one has in common with the one read before is not read again. */
export function createAuditReader(cwd: string): (runId: string) => PastAudit | null {
  let known = new Map<string, unknown>()
  return (runId) => {
    const matrix = readMatrix(cwd, runId)
    if (matrix === null) return null
    const { controls, hosts, packs } = matrix.content
    // No more than one audit needs, however many are read.
    known = new Map([controls, hosts, ...packs].flatMap((hash) => (known.has(hash) ? [[hash, known.get(hash)]] : [])))
    return readPast(findFleetFolder(cwd, 'runs', runId)!, matrix, known)
  }
}

function readPast(folder: string, matrix: Matrix, known: Map<string, unknown>): PastAudit {
  const { runId, startedAt, pattern, profile, content, columns } = matrix
  const once = <T>(hash: string, read: () => T): T => {
    if (!known.has(hash)) known.set(hash, read())
    return known.get(hash) as T
  }
  const { controls } = once(content.controls, () => parseContent(folder, content.controls, contentSchemas.controls))
  const hosts = once(content.hosts, (): AuditedHosts => {
    const { names, groups, groupSets } = parseContent(folder, content.hosts, contentSchemas.hosts)
    return { names, groups: groups.map((index) => groupSets[index] ?? []) }
  })
  let found: { numbers: Buffer; packs: StoredFinding[][] } | null = null
  const findings = (): NonNullable<typeof found> => ({
    numbers: readContent(folder, content.numbers),
    packs: content.packs.map((hash) => once(hash, () => parseContent(folder, hash, contentSchemas.packs))),
  })
  return {
    runId,
    startedAt,
    pattern,
    profile,
    controls,
    hosts,
    columns,
    evidence: (control, host) => {
      const { numbers, packs } = (found ??= findings())
      const number = numberAt(numbers, hosts.names.length, control, host)
      return number === null ? [] : (findingAt(packs, number)?.evidence ?? [])
    },
  }
}

/** The latest first; each is read when it is come to, its evidence when that is asked for. */
export function* walkAudits(
  cwd: string,
  summaries: readonly Pick<Summary, 'runId'>[],
  skip: Skip,
): Generator<PastAudit> {
  const read = createAuditReader(cwd)
  for (const { runId } of summaries.toReversed()) {
    const audit = readable(
      () => read(runId),
      (error) => skip(runId, error),
    )
    if (audit === null) continue
    yield {
      ...audit,
      evidence: (...at) =>
        readable(
          () => audit.evidence(...at),
          (error) => skip(runId, error),
        ) ?? [],
    }
  }
}

function readable<T>(read: () => T, skip: (error: DiagnosticsError) => void): T | null {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    skip(error)
    return null
  }
}
