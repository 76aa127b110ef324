/** What changed since an earlier audit, as text. */
import { sanitize } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { paint } from '../style.ts'
import { describeValue } from '../values.ts'
import { wrap } from '../wrap.ts'
import type { Drift } from './drift.ts'
import type { Finding, SinceReport } from './history.ts'

/** Hosts that are named beside one entry unless verbose. */
const MAX_NAMES = 8

/** Ends with a line end. */
export function renderAuditSince(report: SinceReport, style: Style, verbose: boolean): string {
  return `${paint(style, 'bold', `SINCE ${report.earlier}`)}\n${renderAuditChanges(report, style, verbose)}`
}

/** Without a heading. */
export function renderAuditChanges(report: SinceReport, style: Style, verbose: boolean): string {
  const { newlyFailing, fixed, stillFailing, drifted } = report
  const parts = [
    findings('newly failing', newlyFailing, style, verbose, ({ reason }) => reason),
    findings('fixed', fixed, style, verbose, ({ reason }) => `was: ${reason}`),
    findings('still failing', stillFailing, style, verbose, ({ reason, since }) => `${reason} (since ${since})`),
    drifts(drifted, style, verbose),
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'nothing changed\n' : parts.join('\n')
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
    const key = `${finding.control}: ${sanitize(say(finding))}`
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
