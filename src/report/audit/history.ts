/** What became of controls and facts from one audit to a later one. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { AuditReport, Severity } from '../../model/audit.ts'
import type { PastAudit } from '../../model/past-audit.ts'
import type { Drift, OpenDrift } from './drift.ts'
import { drifts, isSameFact } from './drift.ts'
import type { Visit } from './failing-since.ts'
import { failingSince, indexOf, walkBack } from './failing-since.ts'

export interface Finding {
  host: string
  control: string
  severity: Severity
  reason: string
}

export interface SinceReport {
  /** When the earlier audit began. */
  earlier: string
  newlyFailing: Finding[]
  fixed: Finding[]
  /** Failing then and now, with when the first audit of the unbroken row began. */
  stillFailing: (Finding & { since: string })[]
  drifted: Drift[]
}

/** `history`: kept audits, the latest first; those of `now` and `earlier` may be among them. */
export function auditSince(earlier: AuditReport, now: AuditReport, history: Iterable<PastAudit>): SinceReport {
  const newlyFailing: Finding[] = []
  const fixed: Finding[] = []
  const still: Finding[] = []
  const drifted: OpenDrift[] = []
  const before = new Map(earlier.hosts.map((host) => [host.name, host.results]))
  const severities = new Map([...earlier.controls, ...now.controls].map(({ id, severity }) => [id, severity]))
  const names = new Set([...earlier.hosts, ...now.hosts].map(({ name }) => name))
  for (const { name, results } of now.hosts) {
    const then = before.get(name) ?? []
    const had = new Map(then.map((result) => [result.control, result]))
    for (const { control, failing, status, reason } of results) {
      const finding = { host: name, control, severity: severities.get(control)!, reason }
      const was = had.get(control)
      if (failing) (was?.failing === true ? still : newlyFailing).push(finding)
      // One that was not read may fail as it did.
      else if (was?.failing === true && status !== 'unreachable') fixed.push({ ...finding, reason: was.reason })
    }
    drifted.push(...drifts(name, then, results, names, earlier.startedAt))
  }
  const rows = failingSince(still)
  const isEarlier = (visit: Visit): Visit => {
    const end = Date.parse(now.startedAt)
    return (audit) => audit.runId !== now.runId && Date.parse(audit.startedAt) <= end && visit(audit)
  }
  const visits = [
    ...(still.length === 0 ? [] : [rows.visit]),
    ...(drifted.length === 0 ? [] : [lastSeen(drifted, earlier.startedAt)]),
  ]
  walkBack(history, visits.map(isEarlier))
  return {
    earlier: earlier.startedAt,
    newlyFailing,
    fixed,
    stillFailing: still.map((finding) => ({
      ...finding,
      since: rows.since(finding.host, finding.control) ?? earlier.startedAt,
    })),
    drifted: drifted.map(({ control: _control, kind: _kind, values: _values, ...drift }) => drift),
  }
}

/** Gives each drift the latest audit, from the earlier one on, that saw the fact as it was then. */
function lastSeen(drifted: readonly OpenDrift[], earlier: string): Visit {
  const begin = Date.parse(earlier)
  let open = drifted
  return (audit) => {
    if (Date.parse(audit.startedAt) <= begin) return true
    const hosts = indexOf(audit.hosts.names)
    open = open.filter((drift) => {
      const host = hosts.get(drift.host)
      const control = audit.controls.findIndex(({ id }) => id === drift.control)
      if (host === undefined || control < 0) return true
      const evidence = audit.evidence(control, host).filter(({ kind, fact }) => isSameFact(drift, kind, fact))
      const isSame = drift.values.every((old) => evidence.some(({ value }) => isDeepStrictEqual(value, old)))
      if (isSame) drift.lastSeen = audit.startedAt
      return !isSame
    })
    return open.length === 0
  }
}
