/** An audit as text: what fails, by severity; waivers; a line for each host; and with -v every control of each host. */
import type { AuditHost, AuditReport, ControlResult, ControlStatus } from '../../model/audit.ts'
import { SEVERITIES } from '../../model/audit.ts'
import { renderDiagnostics } from '../diagnostics.ts'
import { sanitize, sanitizeJson } from '../sanitize.ts'
import type { Paint, Style } from '../style.ts'
import { paint } from '../style.ts'
import { count, wrap } from '../wrap.ts'
import { hostTable } from './hosts.ts'

const COLORS: Readonly<Record<ControlStatus, Paint>> = {
  fail: 'red',
  error: 'red',
  'not-tested': 'yellow',
  unreachable: 'red',
  waived: 'cyan',
  pass: 'green',
  'not-applicable': 'dim',
}

/** Hosts that are named beside one finding unless verbose. */
const MAX_NAMES = 8

/** Parts that have nothing to tell are left out. Ends with a line end. */
export function renderAudit(report: AuditReport, style: Style, verbose: boolean): string {
  const parts = [
    section('FAILING', renderFailing(report, style, verbose), style),
    section('WAIVERS', renderWaivers(report, style), style),
    section('CONTROLS BY HOST', verbose ? renderAll(report, style) : '', style),
    hostTable(report, style, verbose),
    section('DIAGNOSTICS', renderDiagnostics(report.diagnostics, style), style),
    `${paint(style, 'bold', wrap(summary(report), style.width))}\n`,
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function section(title: string, body: string, style: Style): string {
  return body === '' ? '' : `${paint(style, 'bold', title)}\n${body}`
}

/** Worst controls first; hosts with the same reason are told together. */
function renderFailing(report: AuditReport, style: Style, verbose: boolean): string {
  const blocks = SEVERITIES.flatMap((severity) =>
    report.controls
      .filter((control) => control.severity === severity)
      .flatMap((control) => {
        const groups = new Map<string, string[]>()
        for (const { name, results } of report.hosts) {
          const result = results.find((one) => one.control === control.id)
          if (result?.failing !== true) continue
          const reason = result.status === 'fail' ? result.reason : `${result.status}: ${result.reason}`
          groups.set(reason, [...(groups.get(reason) ?? []), name])
        }
        if (groups.size === 0) return []
        const head = wrap(`${severity} ${control.id}: ${control.title}`, style.width, '', '    ')
        const lines = [...groups].map(([reason, hosts]) =>
          wrap(`${names(hosts, verbose)}: ${sanitize(reason)}`, style.width, '    ', '      '),
        )
        return [`${head.replace(severity, paint(style, 'red', severity))}\n${lines.join('\n')}\n`]
      }),
  )
  return blocks.join('')
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
  const seen = evidence.map(({ kind, fact, value, where }) => {
    const place = where === undefined ? '' : ` (${where})`
    return wrap(sanitize(`${kind} ${fact} = ${sanitizeJson(JSON.stringify(value))}${place}`), style.width, '      ')
  })
  return [head.replace(status, paint(style, COLORS[status], status)), ...seen].join('\n')
}

/** `2 hosts, 11 controls of baseline: 3 failing (1 critical, 2 high), 1 waived.` */
function summary({ hosts, controls, profile, failOn }: AuditReport): string {
  const severityOf = new Map(controls.map(({ id, severity }) => [id, severity]))
  const results = hosts.flatMap((host) => host.results)
  const failing = results.filter((one) => one.failing)
  const bySeverity = SEVERITIES.flatMap((severity) => {
    const number = failing.filter(({ control }) => severityOf.get(control) === severity).length
    return number === 0 ? [] : [`${number} ${severity}`]
  })
  const of = (status: ControlStatus): number => results.filter((one) => one.status === status).length
  const unread = hosts.filter((host: AuditHost) => host.status !== 'ok').length
  const said = [
    `${failing.length} failing${bySeverity.length === 0 ? '' : ` (${bySeverity.join(', ')})`}`,
    `${of('pass')} passed`,
    ...(of('waived') === 0 ? [] : [`${of('waived')} waived`]),
    ...(of('not-tested') === 0 ? [] : [`${of('not-tested')} not tested`]),
  ]
  const lost = unread === 0 ? '' : ` ${count(unread, 'host was', 'hosts were')} not read.`
  const limit = failOn === 'low' ? '' : ` Exit code by ${failOn} and worse.`
  return `${count(hosts.length, 'host')}, ${count(controls.length, 'control')} of ${profile.name}: ${said.join(', ')}.${lost}${limit}`
}

/** The report as JSON, safe to show on a terminal. Ends with a line end. */
export function renderAuditJson(report: AuditReport): string {
  return `${sanitizeJson(JSON.stringify(report, null, 2))}\n`
}
