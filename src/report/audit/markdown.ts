/** An audit as Markdown: what fails on which hosts, waivers, and a line for each host. */
import type { AuditReport } from '../../model/audit.ts'
import { SEVERITIES } from '../../model/audit.ts'
import type { AuditDocument, AuditSince } from '../../model/audit-since.ts'
import { capped, code, prose, section, table } from '../markdown.ts'
import type { Change } from './changes.ts'
import { changeLists, isUnchanged, saidHead } from './changes.ts'
import type { FailingControl } from './failing.ts'
import { failingControls } from './failing.ts'
import { hostRows } from './hosts.ts'
import { fleetScore, scoreOf, severitiesOf } from '../../model/audit-score.ts'
import { BELOW } from '../found.ts'
import { madeBy } from '../made-by.ts'
import { auditSummary, isBelow } from './words.ts'

/** Beyond these a page is no longer read, and comments of code hosts have their limit. */
const MOST_NAMES = 20
const MOST_REASONS = 20
const MOST_HOSTS = 500

export function renderAuditMarkdown(report: AuditDocument): string {
  const { profile, waivers } = report
  const score = fleetScore(report)
  const facts = [
    ['Score', score === null ? 'none: nothing was read' : `${score} of 100`],
    ['Profile', `${prose(profile.name)}: ${prose(profile.title)}`],
    ['SHA-256 of the profile', code(profile.hash)],
    ['Inventory', code(report.inventoryHash)],
    ['Time', `${code(report.startedAt)} to ${code(report.endedAt)}`],
    ['Run', code(report.runId)],
    ['Made with', code(madeBy(report.generator))],
  ]
  const waiverRows = waivers.map(({ control, hosts, owner, reason, expires, state }) => [
    code(control),
    code(hosts),
    prose(reason),
    prose(owner),
    prose(expires),
    state,
  ])
  return [
    `# Audit of ${code(report.pattern)}\n\n${prose(auditSummary(report))}\n\n`,
    table(['', ''], facts),
    section(
      'Failing',
      failingControls(report)
        .map((one) => renderControl(one, isBelow(report, one.control.severity)))
        .join('\n'),
    ),
    ...(report.since === undefined ? [] : [renderSince(report.since)]),
    waivers.length === 0
      ? ''
      : section('Waivers', table(['control', 'hosts', 'reason', 'owner', 'until', 'state'], waiverRows)),
    section('Hosts', renderHosts(report)),
    section('Diagnostics', report.diagnostics.map((one) => `- ${one.severity}: ${code(one.summary)}\n`).join('')),
  ].join('')
}

function renderControl({ control, hosts }: FailingControl, isSpared: boolean): string {
  const reasons = capped([...hosts], MOST_REASONS, ([reason, names]) => `- ${named(names)}: ${code(reason)}\n`)
  return `### ${control.severity}${isSpared ? ` (${BELOW})` : ''}: ${prose(control.title)} (${code(control.id)})\n\n${prose(control.rationale)}\n\n${reasons}`
}

function named(hosts: readonly string[]): string {
  const more = hosts.length - MOST_NAMES
  return `${hosts.slice(0, MOST_NAMES).map(code).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function renderSince(since: AuditSince): string {
  const lists = changeLists(since).map(
    ({ title, entries }) => `\n### ${title}\n\n${capped(entries, MOST_REASONS, renderChange)}`,
  )
  const same = isUnchanged(since) ? '\nNothing changed.\n' : ''
  const notes = since.notes.map((note) => `- ${prose(note)}\n`).join('')
  return section('Since an earlier audit', [`${code(saidHead(since.earlier))}\n\n`, notes, same, ...lists].join(''))
}

function renderChange({ hosts, control, text }: Change): string {
  const by = control === null ? '' : `${code(control.id)} (${control.severity}) `
  return `- ${by}${named(hosts)}: ${code(text)}\n`
}

function renderHosts(report: AuditReport): string {
  const severityOf = severitiesOf(report)
  const rows = hostRows(report)
  if (rows.length === 0) return ''
  const cells = rows.slice(0, MOST_HOSTS).map(({ host, failing, other }) => {
    const isRead = host.status === 'ok'
    const score = scoreOf(host.results, severityOf)
    const counts = isRead ? failing.map(String) : failing.map(() => '')
    return [
      code(host.name),
      String(score ?? ''),
      ...counts,
      isRead ? other : `${host.status}: ${code(host.error?.summary ?? '')}`,
    ]
  })
  const rest = rows.length > MOST_HOSTS ? `\nand ${rows.length - MOST_HOSTS} more\n` : ''
  return `${table(['host', 'score', ...SEVERITIES, ''], cells)}${rest}`
}
