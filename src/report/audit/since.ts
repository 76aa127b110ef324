/** What changed since an earlier audit, as text. */
import type { AuditReport } from '../../model/audit.ts'
import { sanitize } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { paint } from '../style.ts'
import { describeValue } from '../values.ts'
import { wrap } from '../wrap.ts'
import { comparisonNotes } from './comparable.ts'
import type { Drift } from './drift.ts'
import type { Finding, SinceReport } from './history.ts'

/** Hosts that are named beside one entry unless verbose. */
const MAX_NAMES = 8

/** Which audit the other one is held against, as its head says. Ends with a line end. */
export function renderAuditSince(
  report: SinceReport,
  [earlier, now]: readonly [AuditReport, AuditReport],
  style: Style,
  verbose: boolean,
): string {
  const head = paint(style, 'bold', wrap(`SINCE RUN ${auditHead(earlier)}`, style.width))
  return `${head}\n${renderAuditChanges(report, comparisonNotes(earlier, now, report.uncompared), style, verbose)}`
}

/** `20260102T030405Z-1a2b3c: audit of all by baseline, begun 2026-01-02T03:04:05.000Z`. */
export function auditHead({ runId, pattern, profile, startedAt }: AuditReport): string {
  return sanitize(`${runId}: audit of ${pattern} by ${profile.name}, begun ${startedAt}`)
}

/** Without a heading. */
export function renderAuditChanges(
  report: SinceReport,
  notes: readonly string[],
  style: Style,
  verbose: boolean,
): string {
  const { newlyFailing, failingUncompared, fixed, noLongerFailing, stillFailing, drifted } = report
  const isSame = [newlyFailing, failingUncompared, fixed, noLongerFailing, drifted].every((list) => list.length === 0)
  const parts = [
    notes.map((note) => `${wrap(note, style.width, '', '    ')}\n`).join(''),
    findings('newly failing', newlyFailing, style, verbose, ({ reason, was }) =>
      was === 'pass' ? reason : `${reason} (was ${was})`,
    ),
    findings('failing, and not compared', failingUncompared, style, verbose, ({ reason }) => reason),
    findings('fixed', fixed, style, verbose, ({ reason }) => `was: ${reason}`),
    findings(
      'no longer failing, and not fixed',
      noLongerFailing,
      style,
      verbose,
      ({ status, reason }) => `${status}, was: ${reason}`,
    ),
    isSame ? 'nothing changed\n' : '',
    findings('still failing', stillFailing, style, verbose, ({ reason, since }) => `${reason} (since ${since})`),
    drifts(drifted, style, verbose),
  ].filter((part) => part !== '')
  return parts.join('\n')
}

function findings<F extends Finding>(
  title: string,
  list: readonly F[],
  style: Style,
  verbose: boolean,
  say: (finding: F) => string,
): string {
  const groups = new Map<string, string[]>()
  for (const finding of list) {
    const key = `${finding.control} (${finding.severity}): ${sanitize(say(finding))}`
    addTo(groups, key, finding.host)
  }
  const lines = [...groups].map(([text, hosts]) => entry(text, hosts, style, verbose))
  return lines.length === 0 ? '' : `${title}\n${lines.join('')}`
}

/** Hosts whose fact changed in the same way are told together. */
function drifts(list: readonly Drift[], style: Style, verbose: boolean): string {
  const groups = new Map<string, string[]>()
  for (const { host, fact, before, after, lastSeen } of list) {
    const key = `${sanitize(fact)}: ${describeValue(before)} → ${describeValue(after)} (last seen so ${lastSeen})`
    addTo(groups, key, host)
  }
  const lines = [...groups].map(([text, hosts]) => entry(text, hosts, style, verbose))
  return lines.length === 0 ? '' : `drifted\n${lines.join('')}`
}

function addTo(groups: Map<string, string[]>, key: string, host: string): void {
  const known = groups.get(key)
  if (known === undefined) groups.set(key, [host])
  else known.push(host)
}

function entry(text: string, hosts: readonly string[], style: Style, verbose: boolean): string {
  const shown = (verbose ? hosts : hosts.slice(0, MAX_NAMES)).map((host) => sanitize(host))
  const more = hosts.length > shown.length ? ` and ${hosts.length - shown.length} more` : ''
  return `${wrap(`${shown.join(', ')}${more}: ${text}`, style.width, '  ', '      ')}\n`
}
