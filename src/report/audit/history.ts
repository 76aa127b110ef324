/** What became of controls and facts from one audit to a later one. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { AuditReport } from '../../model/audit.ts'
import { SEVERITIES } from '../../model/audit.ts'
import type { AuditHead, AuditSince, SinceFinding } from '../../model/audit-since.ts'
import type { PastAudit } from '../../model/past-audit.ts'
import { comparisonNotes, uncomparedOf } from './comparable.ts'
import type { OpenDrift } from './drift.ts'
import { drifts, isSameFact } from './drift.ts'
import type { Visit } from './failing-since.ts'
import { failingSince, indexOf, walkBack } from './failing-since.ts'

/** `history`: kept audits, the latest first; those of `now` and `earlier` may be among them. */
export function auditSince(earlier: AuditReport, now: AuditReport, history: Iterable<PastAudit>): AuditSince {
  const newlyFailing: AuditSince['newlyFailing'] = []
  const failingUncompared: SinceFinding[] = []
  const fixed: SinceFinding[] = []
  const noLongerFailing: AuditSince['noLongerFailing'] = []
  const still: SinceFinding[] = []
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
      if (failing) {
        if (was === undefined || was.status === 'unreachable') failingUncompared.push(finding)
        else if (was.failing) still.push(finding)
        else newlyFailing.push({ ...finding, was: was.status })
      } else if (was?.failing === true) {
        if (status === 'pass') fixed.push({ ...finding, reason: was.reason })
        // One that was not read may fail as it did.
        else if (status !== 'unreachable') noLongerFailing.push({ ...finding, status, reason: was.reason })
      }
    }
    drifted.push(...drifts(name, then, results, names, earlier.startedAt))
  }
  const rows = failingSince(still)
  const isEarlier = (visit: Visit): Visit => {
    const end = Date.parse(now.startedAt)
    return (audit) => audit.runId !== now.runId && Date.parse(audit.startedAt) <= end && visit(audit)
  }
  // By another profile the same control may ask for something else.
  const ofProfile: Visit = (audit) => audit.profile.name === now.profile.name && rows.visit(audit)
  const visits = [
    ...(still.length === 0 ? [] : [ofProfile]),
    ...(drifted.length === 0 ? [] : [lastSeen(drifted, earlier.startedAt)]),
  ]
  walkBack(history, visits.map(isEarlier))
  const uncompared = uncomparedOf(earlier, now)
  return {
    earlier: auditHead(earlier),
    notes: comparisonNotes(earlier, now, uncompared),
    newlyFailing: worstFirst(newlyFailing),
    failingUncompared: worstFirst(failingUncompared),
    fixed: worstFirst(fixed),
    noLongerFailing: worstFirst(noLongerFailing),
    stillFailing: worstFirst(still).map((finding) => ({
      ...finding,
      since: rows.since(finding.host, finding.control) ?? earlier.startedAt,
    })),
    drifted: drifted.map(({ control: _control, kind: _kind, values: _values, ...drift }) => drift),
    uncompared,
  }
}

export function auditHead({ runId, command, startedAt, pattern, profile }: AuditReport): AuditHead {
  return { runId, command, startedAt, pattern, profile: profile.name }
}

function worstFirst<F extends SinceFinding>(findings: readonly F[]): F[] {
  return findings.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
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
