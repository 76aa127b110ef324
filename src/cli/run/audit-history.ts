/** Which earlier audit a name means, and what a report is held against. */
import type { AuditReport } from '../../model/audit.ts'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import type { PastAudit } from '../../model/past-audit.ts'
import type { FailingSince } from '../../report/audit/failing-since.ts'
import { failingIn, failingSince, walkBack } from '../../report/audit/failing-since.ts'
import { sanitize } from '../../report/sanitize.ts'
import type { Skip, Summary } from '../../store/audit-history.ts'
import { createAuditReader, loadSummaries, walkAudits } from '../../store/audit-history.ts'
import { loadAudit } from '../../store/audit-record.ts'
import { canHaveBegun } from '../../store/run-start.ts'
import { closest } from '../../text/closest.ts'
import { isDay } from '../../text/day.ts'
import type { Io } from '../io.ts'

/** Audits that can be compared: by this profile, of at least one of these hosts. */
export interface Kind {
  profile: string
  hosts: readonly string[]
}

/**
 * `name`: the id of a run, whatever it was of; or of the audits of the kind `last`, or a day: the last that had begun by its
 * end (UTC). Throws DiagnosticsError.
 */
export function earlierAudit(name: string, kind: Kind, io: Io): AuditReport {
  const all = summariesOf(io)
  const day = dayOf(name)
  const runId = day !== null || name === 'last' ? latestOf(all, io)(kind, day) : name
  const found = all.some((one) => one.runId === runId) ? loadAudit(io.cwd, runId) : null
  if (found !== null) return found
  const near = closest(
    name,
    all.map((one) => one.runId),
  )
  const hint = near === null ? 'runs list shows those that are kept' : `did you mean ${near}?`
  throw noAudit(`there is no audit ${name}`, all.length === 0 ? NONE_KEPT : hint)
}

const NONE_KEPT = 'no audit is kept in this folder yet'

/** Gives the id of the last audit of a kind, by the end of a day where there is one. Throws DiagnosticsError. */
export function latestOf(summaries: readonly Summary[], io: Io): (kind: Kind, day: string | null) => string {
  const all = summaries.filter(({ startedAt }) => canHaveBegun(startedAt))
  const read = createAuditReader(io.cwd)
  return (kind, day) => latest(all, kind, day, (runId) => read(runId)?.hosts.names ?? [])
}

function latest(
  all: readonly Summary[],
  kind: Kind,
  day: string | null,
  hostsOf: (runId: string) => readonly string[],
): string {
  const early = all.filter(({ startedAt }) => day === null || startedAt.slice(0, 10) <= day)
  const alike = early.filter(({ profile }) => profile === kind.profile)
  const wanted = new Set(kind.hosts)
  const found = alike.findLast(({ runId }) => hostsOf(runId).some((name) => wanted.has(name)))
  if (found !== undefined) return found.runId
  const by = day === null ? '' : ` that had begun by ${day}`
  const hosts = alike.length === 0 ? '' : wanted.size === 1 ? ' of this host' : ' of any of these hosts'
  throw noAudit(`no audit by the profile ${kind.profile}${hosts} is kept${by}`, otherAudits(all, early, day))
}

function otherAudits(all: readonly Summary[], early: readonly Summary[], day: string | null): string {
  const last = early.at(-1)
  if (last !== undefined) return `name a run to compare with it all the same: the last is ${said(last)}`
  const [first] = all
  return first === undefined || day === null ? NONE_KEPT : `the first is ${said(first)}`
}

function said({ runId, pattern, profile, startedAt }: Summary): string {
  return `${runId}, of ${pattern} by ${profile}, begun ${startedAt}`
}

function noAudit(summary: string, hint: string): DiagnosticsError {
  return new DiagnosticsError([errorDiagnostic('no-audit', summary, { hint })])
}

/** The day that a name is, or null. */
export function dayOf(name: string): string | null {
  return isDay(name) ? name : null
}

/** Of all kept audits, the oldest first. One that cannot be read keeps nobody from the others: it is told of and left out. */
export function summariesOf(io: Io): Summary[] {
  return loadSummaries(io.cwd, skipper(io))
}

/** Kept audits, the latest first; the same holds. */
export function* keptAudits(
  io: Io,
  summaries: readonly Pick<Summary, 'runId'>[] = summariesOf(io),
): Generator<PastAudit> {
  yield* walkAudits(io.cwd, summaries, skipper(io))
}

/** Tells of each run once. */
function skipper(io: Io): Skip {
  const told = toldOf.get(io) ?? new Set<string>()
  toldOf.set(io, told)
  return (runId, { diagnostics: [first] }) => {
    if (told.has(runId)) return
    told.add(runId)
    const why = `${first?.summary ?? ''}: ${first?.hint ?? ''}`
    io.stderr.write(`mptcp-fleet: the audit ${sanitize(runId)} is left out: ${sanitize(why)}\n`)
  }
}

/** Runs that were told of already. */
const toldOf = new WeakMap<Io, Set<string>>()

/** Since when what fails in a report does, by audits of the same profile: another may ask for something else. */
export function sinceWhen(report: AuditReport, io: Io): FailingSince {
  const failing = failingIn(report)
  const { visit, since } = failingSince(failing)
  if (failing.length === 0) return since
  const end = Date.parse(report.startedAt)
  const earlier = summariesOf(io).filter(
    ({ runId, profile, startedAt }) =>
      runId !== report.runId && profile === report.profile.name && Date.parse(startedAt) <= end,
  )
  walkBack(keptAudits(io, earlier), [visit])
  return since
}
