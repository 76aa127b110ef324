/** What fails, worst controls first, as much of it as a page without scripts can hold; and waivers. */
import type { AuditReport, WaiverReport } from '../../../model/audit.ts'
import type { FailingControl } from '../../audit/failing.ts'
import { failingControls } from '../../audit/failing.ts'
import { controlBlock, more } from '../parts.ts'
import { timeBefore } from '../times.ts'
import type { Tree } from '../tree.ts'
import { chip, code, dataTable, h, section } from '../tree.ts'

const MOST_CONTROLS = 60

export function failingSection(report: AuditReport): Tree {
  const failing = failingControls(report)
  if (failing.length === 0) return section('failing', 'Failing', h('p', {}, 'Nothing that was read fails.'))
  const rest = failing.length - MOST_CONTROLS
  return section('failing', 'Failing', ...failing.slice(0, MOST_CONTROLS).map(renderControl), ...more(rest, 'control'))
}

function renderControl({ control, hosts }: FailingControl): Tree {
  const { id, title, severity, rationale, nist } = control
  const by = nist.length === 0 ? '' : ` (NIST SP 800-53: ${nist.join(', ')})`
  return controlBlock([chip(severity), ' ', title, ' ', code(id)], hosts, `${rationale}${by}`)
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
