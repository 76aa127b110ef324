/** An audit as text: what fails, by severity; waivers; a line for each host; and with -v every control of each host. */
import type { AuditReport, ControlResult, ControlStatus } from '../../model/audit.ts'
import { renderDiagnostics } from '../diagnostics.ts'
import { BELOW } from '../found.ts'
import { sanitize } from '../sanitize.ts'
import type { Paint, Style } from '../style.ts'
import { paint } from '../style.ts'
import { count, wrap } from '../wrap.ts'
import { failingControls } from './failing.ts'
import type { FailingSince } from './failing-since.ts'
import { hostTable } from './hosts.ts'
import { auditSummary, evidenceLine, isBelow } from './words.ts'

const COLORS: Readonly<Record<ControlStatus, Paint>> = {
  fail: 'red',
  error: 'red',
  'not-tested': 'yellow',
  unreachable: 'red',
  waived: 'cyan',
  pass: 'green',
  'not-applicable': 'dim',
}

/** Hosts that are named beside one finding, and reasons of one control, unless verbose. */
const [MAX_NAMES, MAX_REASONS] = [8, 20]

/** Parts that have nothing to tell are left out. `since`: by earlier audits. Ends with a line end. */
export function renderAudit(
  report: AuditReport,
  style: Style,
  verbose: boolean,
  since: FailingSince = () => null,
): string {
  const parts = [
    section('FAILING', renderFailing(report, style, verbose, since), style),
    section('WAIVERS', renderWaivers(report, style), style),
    section('CONTROLS BY HOST', verbose ? renderAll(report, style) : '', style),
    hostTable(report, style, verbose),
    section('DIAGNOSTICS', renderDiagnostics(report.diagnostics, style), style),
    `${paint(style, 'bold', wrap(auditSummary(report), style.width))}\n`,
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function section(title: string, body: string, style: Style): string {
  return body === '' ? '' : `${paint(style, 'bold', title)}\n${body}`
}

function renderFailing(report: AuditReport, style: Style, verbose: boolean, since: FailingSince): string {
  const blocks = failingControls(report).map(({ control: { id, title, severity }, hosts }) => {
    const spared = isBelow(report, severity) ? ` (${BELOW})` : ''
    const head = wrap(`${severity}${spared} ${id}: ${title}`, style.width, '', '    ')
    const shown = [...hosts].slice(0, verbose ? hosts.size : MAX_REASONS)
    const lines = shown.map(([reason, list]) =>
      wrap(`${names(list, verbose)}: ${sanitize(reason)}${sinceDay(list, id, since)}`, style.width, '    ', '      '),
    )
    const rest = hosts.size - shown.length
    if (rest > 0) lines.push(`    and ${count(rest, 'more reason')}`)
    return `${head.replace(severity, paint(style, 'red', severity))}\n${lines.join('\n')}\n`
  })
  return blocks.join('')
}

/** ` (since 2026-01-02)`; of hosts that began on several days the first. Empty where no earlier audit saw it failing. */
function sinceDay(hosts: readonly string[], control: string, since: FailingSince): string {
  const days = hosts.map((host) => since(host, control)?.slice(0, 10) ?? '')
  const [first] = days.filter((day) => day !== '').toSorted()
  if (first === undefined) return ''
  return days.every((day) => day === first) ? ` (since ${first})` : ` (the first since ${first})`
}

function names(hosts: readonly string[], verbose: boolean): string {
  const shown = verbose ? hosts : hosts.slice(0, MAX_NAMES)
  const more = hosts.length - shown.length
  return `${shown.map((name) => sanitize(name)).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function renderWaivers({ waivers }: AuditReport, style: Style): string {
  const lines = waivers.map(({ control, hosts, owner, reason, expires, state }) => {
    const until = state === 'expired' ? `expired on ${expires}` : `until ${expires}`
    const covers = state === 'unused' ? ', covers nothing' : ''
    const text = `${control} on ${hosts}: ${reason} (${owner}, ${until}${covers})`
    return wrap(sanitize(text), style.width, '', '    ')
  })
  return lines.map((line) => `${line}\n`).join('')
}

function renderAll(report: AuditReport, style: Style): string {
  const blocks = report.hosts.map(({ name, results }) =>
    [paint(style, 'bold', sanitize(name)), ...results.map((result) => renderResult(result, style))].join('\n'),
  )
  return blocks.map((block) => `${block}\n`).join('')
}

function renderResult({ control, status, reason, evidence }: ControlResult, style: Style): string {
  const head = wrap(`${status} ${control}: ${sanitize(reason)}`, style.width, '  ', '      ')
  const seen = evidence.map((one) => wrap(evidenceLine(one), style.width, '      '))
  return [head.replace(status, paint(style, COLORS[status], status)), ...seen].join('\n')
}
