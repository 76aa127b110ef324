/** What fails, worst controls first, as much of it as a page without scripts can hold; and waivers. */
import type { AuditReport, WaiverReport } from '../../../model/audit.ts'
import type { FailingControl } from '../../audit/failing.ts'
import { BELOW } from '../../found.ts'
import { isBelow } from '../../audit/words.ts'
import { failingControls } from '../../audit/failing.ts'
import { controlBlock, more } from '../parts.ts'
import { timeBefore } from '../times.ts'
import type { Tree } from '../tree.ts'
import { chip, code, dataTable, h, section } from '../tree.ts'

const [MOST_CONTROLS, MOST_UNREAD] = [60, 50]

export function failingSection(report: AuditReport): Tree {
  const failing = failingControls(report)
  if (failing.length === 0) return section('failing', 'Failing', h('p', {}, 'Nothing that was read fails.'))
  const rest = failing.length - MOST_CONTROLS
  return section(
    'failing',
    'Failing',
    ...failing.slice(0, MOST_CONTROLS).map((one) => renderControl(one, isBelow(report, one.control.severity))),
    ...more(rest, 'control'),
  )
}

function renderControl({ control, hosts }: FailingControl, isSpared: boolean): Tree {
  const { id, title, severity, rationale, nist } = control
  const spared = isSpared ? [' ', chip('waived', BELOW)] : []
  const by = nist.length === 0 ? '' : ` (NIST SP 800-53: ${nist.join(', ')})`
  return controlBlock([chip(severity), ...spared, ' ', title, ' ', code(id)], hosts, `${rationale}${by}`)
}

/** Hosts that nothing is known of, and why. */
export function unreadSection({ hosts }: AuditReport): Tree[] {
  const unread = hosts.filter(({ status }) => status !== 'ok')
  if (unread.length === 0) return []
  const items = unread.slice(0, MOST_UNREAD).map(({ name, status, error }) => {
    const hint = error === null || error.hint === '' ? [] : [h('p', { class: 'note' }, `hint: ${error.hint}`)]
    return h('li', {}, chip(status), ' ', code(name), error === null ? '' : `: ${error.summary}`, ...hint)
  })
  const list = h('ul', { class: 'plain' }, ...items)
  return [section('unread', 'Hosts that were not read', list, ...more(unread.length - MOST_UNREAD, 'host'))]
}

export function waiverSection({ waivers, endedAt }: AuditReport): Tree[] {
  if (waivers.length === 0) return []
  const rows = waivers.map((waiver) => [
    code(waiver.control),
    code(waiver.hosts),
    waiver.reason,
    waiver.owner,
    until(waiver, endedAt),
    chip(waiver.state),
  ])
  const head = ['control', 'hosts', 'reason', 'owner', 'expires', 'state']
  return [section('waivers', 'Waivers', dataTable('Waivers', head, rows))]
}

/** Its last day, and how far away that was. */
function until({ expires, state }: WaiverReport, now: string): string {
  const left = timeBefore(now, `${expires}T23:59:59Z`).replace(' before', ' left')
  return state === 'expired' || left === '' ? expires : `${expires} (${left})`
}
