/** A status report as text: table, what is missing, connections, trouble, errors, and with -v all there is. */
import type { StatusHost, StatusReport } from '../../model/status.ts'
import { renderDiagnostics } from '../diagnostics.ts'
import { renderHostErrors } from '../errors.ts'
import { sanitizeJson } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { paint } from '../style.ts'
import { count, wrap } from '../wrap.ts'
import { renderMissing, renderTroubles } from './attention.ts'
import { renderConnections } from './connections.ts'
import { renderDetails } from './details.ts'
import { statusTable } from './table.ts'
import { verdictWord } from './words.ts'

/** Parts that have nothing to tell are left out. Ends with a line end. */
export function renderStatus(report: StatusReport, style: Style, verbose: boolean): string {
  const { hosts } = report
  const table = statusTable(hosts, style)
  const parts = [
    table.text,
    section('MISSING', table.told && !verbose ? '' : renderMissing(hosts, style, verbose), style),
    section('CONNECTIONS', renderConnections(hosts, style, verbose), style),
    section('TROUBLE SINCE BOOT', renderTroubles(hosts, style, verbose), style),
    section('HOSTS', verbose ? renderDetails(hosts, style) : '', style),
    section('ERRORS', renderHostErrors(report, style), style),
    section('DIAGNOSTICS', renderDiagnostics(report.diagnostics, style), style),
    `${paint(style, 'bold', wrap(summary(hosts), style.width))}\n`,
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function section(title: string, body: string, style: Style): string {
  return body === '' ? '' : `${paint(style, 'bold', title)}\n${body}`
}

/** `3 hosts: 2 ok, 1 off. 4 connections, 1 fell back to plain TCP.` */
function summary(hosts: readonly StatusHost[]): string {
  const words = new Map<string, number>()
  for (const host of hosts) words.set(verdictWord(host), (words.get(verdictWord(host)) ?? 0) + 1)
  const verdicts = [...words].map(([word, number]) => `${number} ${word}`).join(', ')
  const sum = (of: 'total' | 'fallbacks'): number =>
    hosts.reduce((total, host) => total + (host.reading?.connections?.[of] ?? 0), 0)
  const fell = sum('fallbacks') === 0 ? '' : `, ${sum('fallbacks')} fell back to plain TCP`
  const unread = hosts.filter(({ reading }) => reading !== null && reading.connections === null).length
  const more = unread === 0 ? '' : ` Of ${count(unread, 'host')} the connections could not be read.`
  return `${count(hosts.length, 'host')}: ${verdicts}. ${count(sum('total'), 'connection')}${fell}.${more}`
}

/** The report as JSON, safe to show on a terminal; `indent` 0 is one line. Ends with a line end. */
export function renderStatusJson(report: StatusReport, indent = 2): string {
  return `${sanitizeJson(JSON.stringify(report, null, indent))}\n`
}
