/** Keeps audits below `.mptcp-fleet/runs/RUNID/`: journal, matrix.json, `content` with what audits have alike, summary.json. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditHost, AuditReport } from '../model/audit.ts'
import { auditReportSchema } from '../model/audit.ts'
import { fromColumns, toColumns } from '../model/audit-columns.ts'
import { auditPoint } from '../model/audit-score.ts'
import { DiagnosticsError } from '../model/diagnostic.ts'
import { encodeNumbers, numberAt, packFindings } from './audit-findings.ts'
import type { Summary } from './audit-history.ts'
import { loadSummaries, SUMMARY } from './audit-history.ts'
import type { Matrix, StoredHosts } from './audit-matrix.ts'
import { contentSchemas, RECORD_VERSION } from './audit-matrix.ts'
import { parseContent, readMatrix } from './audit-read.ts'
import { createContent, readContent } from './content.ts'
import { syncFolder, writeDurably } from './durable.ts'
import { findFleetFolder, fleetFolder } from './fleet-folder.ts'
import { createJournal } from './journal.ts'
import { refused } from './trust.ts'

/** Throws DiagnosticsError where runs cannot be kept, or what is there is not trusted. */
export function checkAuditFolder(cwd: string): void {
  fleetFolder(cwd, 'runs')
}

/** Whole, or not at all: throws DiagnosticsError. */
export function keepAudit(cwd: string, report: AuditReport): void {
  const before = auditBefore(cwd, report)
  const folder = fleetFolder(cwd, 'runs', report.runId)
  try {
    writeRecord(folder, report, before)
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    if (!(error instanceof Error) || !('code' in error)) throw error
    throw refused(`the audit cannot be kept in ${folder}: ${error.message}`, 'make room on this machine')
  }
}

function writeRecord(folder: string, report: AuditReport, before: Before | null): void {
  const { runId, startedAt, endedAt, exitCode, pattern, hosts } = report
  const journal = createJournal(join(folder, 'journal.ndjson'))
  // Hosts stand in the record: an audit does nothing to them that would have to be known where it was cut off.
  journal.append({ type: 'run-started', at: startedAt, runId, command: 'audit', hosts: [], request: null })
  const put = createContent(folder, before?.folder ?? null)
  writeDurably(join(folder, 'matrix.json'), JSON.stringify(storeMatrix(report, before, put)))
  syncFolder(join(folder, 'content'))
  const unread = hosts.filter(({ status }) => status !== 'ok').length
  const summary: Summary = { ...auditPoint(report), unread, pattern, profile: report.profile.name }
  writeDurably(join(folder, SUMMARY), JSON.stringify(summary))
  journal.append({ type: 'run-finished', at: endedAt, exitCode })
  journal.close()
}

interface Before {
  folder: string
  matrix: Matrix
}

/** The audit that this one most likely has much in common with; null where there is none that can be read. */
function auditBefore(cwd: string, { pattern, profile }: AuditReport): Before | null {
  try {
    const last = loadSummaries(cwd, () => {}).findLast((one) => one.pattern === pattern && one.profile === profile.name)
    const folder = last === undefined ? null : findFleetFolder(cwd, 'runs', last.runId)
    const matrix = last === undefined ? null : readMatrix(cwd, last.runId)
    return folder === null || matrix === null ? null : { folder, matrix }
  } catch (error) {
    // It is told of when it is read; what is found now can be kept without it.
    if (error instanceof DiagnosticsError) return null
    throw error
  }
}

function storeMatrix(report: AuditReport, before: Before | null, put: (bytes: Buffer) => string): Matrix {
  const { controls, hosts, commands, tests, trend, hostScores, ...head } = report
  const { matrix, evidence } = toColumns(report)
  const putJson = (value: unknown): string => put(Buffer.from(JSON.stringify(value)))
  const hashes = before?.matrix.content.packs ?? []
  const packed = packFindings(evidence.findings, readPacks(before, hashes))
  const kept = packed.kept.map((pack) => put(readContent(before!.folder, hashes[pack]!)))
  const fresh = packed.fresh.length === 0 ? [] : [putJson(packed.fresh)]
  return {
    recordVersion: RECORD_VERSION,
    ...head,
    content: {
      controls: putJson({ controls, commands }),
      hosts: putJson(storeHosts(hosts)),
      past: putJson({ tests, trend, hostScores }),
      packs: [...kept, ...fresh],
      numbers: put(encodeNumbers(evidence.rows, controls.length, packed.numbers)),
    },
    unread: hosts.flatMap(({ status, error }, host) => (status === 'ok' ? [] : [{ host, status, error }])),
    columns: controls.map((_, control) => matrix.rows.map((row) => row.charAt(control)).join('')),
    waived: evidence.waived,
  }
}

function readPacks(before: Before | null, hashes: readonly string[]): ReturnType<typeof parsePack>[] {
  try {
    return before === null ? [] : hashes.map((hash) => parsePack(before.folder, hash))
  } catch (error) {
    if (error instanceof DiagnosticsError) return []
    throw error
  }
}

const parsePack = (folder: string, hash: string): (typeof contentSchemas.packs)['_output'] =>
  parseContent(folder, hash, contentSchemas.packs)

function storeHosts(hosts: readonly AuditHost[]): StoredHosts {
  const sets = new Map<string, number>()
  const groups = hosts.map((host) => {
    const key = JSON.stringify(host.groups)
    const index = sets.get(key) ?? sets.size
    sets.set(key, index)
    return index
  })
  return {
    names: hosts.map(({ name }) => name),
    addresses: hosts.map(({ address }) => address),
    groupSets: [...sets.keys()].map((key) => JSON.parse(key) as string[]),
    groups,
  }
}

/** The whole report; null where the run was no audit, or did not come to its end. Throws DiagnosticsError. */
export function loadAudit(cwd: string, runId: string): AuditReport | null {
  const matrix = readMatrix(cwd, runId)
  if (matrix === null) return null
  const report = wholeReport(cwd, matrix)
  // In the order of the contract, so that what is made of it is the same to the byte.
  const names = Object.keys(auditReportSchema.shape) as (keyof AuditReport)[]
  return Object.fromEntries(names.map((name) => [name, report[name]])) as unknown as AuditReport
}

function wholeReport(cwd: string, matrix: Matrix): AuditReport {
  const { runId } = matrix
  const folder = findFleetFolder(cwd, 'runs', runId)!
  const { recordVersion: _version, content, unread, columns, waived, ...head } = matrix
  const { controls, commands } = parseContent(folder, content.controls, contentSchemas.controls)
  const { names, addresses, groupSets, groups } = parseContent(folder, content.hosts, contentSchemas.hosts)
  const past = parseContent(folder, content.past, contentSchemas.past)
  const numbers = readContent(folder, content.numbers)
  const missed = new Map(unread.map(({ host, ...why }) => [host, why]))
  return fromColumns(
    {
      ...head,
      controls,
      hosts: names.map((name, host) => ({
        name,
        address: addresses[host] ?? '',
        groups: groupSets[groups[host] ?? -1] ?? [],
        ...(missed.get(host) ?? { status: 'ok', error: null }),
      })),
      rows: names.map((_, host) => columns.map((column) => column.charAt(host)).join('')),
    },
    {
      ...past,
      commands,
      waived,
      findings: content.packs.flatMap((hash) => parsePack(folder, hash)),
      rows: names.map((_, host) =>
        controls.map((_one, control) => numberAt(numbers, names.length, control, host) ?? -1),
      ),
    },
  )
}
