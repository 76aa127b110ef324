/** What changed since an earlier audit, as text. */
import type { AuditSince } from '../../model/audit-since.ts'
import { sanitize } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { paint } from '../style.ts'
import { wrap } from '../wrap.ts'
import type { Change } from './changes.ts'
import { changeLists, isUnchanged, saidHead } from './changes.ts'

/** Hosts that are named beside one entry unless verbose. */
const MAX_NAMES = 8

/** Which audit the other one is held against, as its head says. Ends with a line end. */
export function renderAuditSince(since: AuditSince, style: Style, verbose: boolean): string {
  const head = paint(style, 'bold', wrap(`SINCE RUN ${sanitize(saidHead(since.earlier))}`, style.width))
  return `${head}\n${renderAuditChanges(since, style, verbose)}`
}

/** Without a heading. */
export function renderAuditChanges(since: AuditSince, style: Style, verbose: boolean): string {
  const lists = changeLists(since).map(({ title, entries }) => {
    return `${title}\n${entries.map((one) => entry(one, style, verbose)).join('')}`
  })
  return [
    since.notes.map((note) => `${wrap(note, style.width, '', '    ')}\n`).join(''),
    isUnchanged(since) ? 'nothing changed\n' : '',
    ...lists,
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function entry({ hosts, control, text }: Change, style: Style, verbose: boolean): string {
  const shown = (verbose ? hosts : hosts.slice(0, MAX_NAMES)).map((host) => sanitize(host))
  const more = hosts.length > shown.length ? ` and ${hosts.length - shown.length} more` : ''
  const by = control === null ? '' : `${control.id} (${control.severity}): `
  return `${wrap(`${shown.join(', ')}${more}: ${by}${sanitize(text)}`, style.width, '  ', '      ')}\n`
}
