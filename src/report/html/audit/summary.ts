/** What an auditor wants first: the verdict, the score, and how much fails how badly. */
import type { AuditReport } from '../../../model/audit.ts'
import { fleetScore } from '../../../model/audit-score.ts'
import { auditSummary } from '../../audit/words.ts'
import { count } from '../../wrap.ts'
import { shownTime } from '../times.ts'
import type { Tree } from '../tree.ts'
import { chip, code, dataTable, h } from '../tree.ts'
import type { Tally } from './tally.ts'
import { tallyOf } from './tally.ts'

const VERDICTS: Readonly<Record<number, [string, string]>> = {
  0: ['pass', 'Passed'],
  2: ['fail', 'Failed'],
  4: ['unreachable', 'Incomplete'],
  99: ['unreachable', 'Interrupted'],
}

export function auditHeader(report: AuditReport): Tree {
  const { pattern, profile, startedAt, exitCode } = report
  const [kind, word] = VERDICTS[exitCode] ?? ['fail', `Exit code ${exitCode}`]
  return h(
    'header',
    {},
    h('h1', {}, 'Audit of ', code(pattern), ' ', chip(`verdict ${kind}`, word)),
    h('p', { class: 'note' }, `${profile.name}: ${profile.title}. ${shownTime(startedAt)}`),
    h('p', {}, auditSummary(report)),
  )
}

export function auditTiles(report: AuditReport): Tree {
  const tallies = tallyOf(report)
  const score = fleetScore(report)
  const unread = report.hosts.filter(({ status }) => status !== 'ok').length
  const worst = tallies.map(({ severity, failing, hosts }) =>
    tile(failing === 0 ? 'none' : severity, String(failing), severity, `failing on ${count(hosts, 'host')}`),
  )
  return h(
    'section',
    { id: 'score', 'aria-label': 'Score' },
    h(
      'ul',
      { class: 'tiles' },
      tile('score', score === null ? '–' : String(score), 'score', score === null ? 'nothing was read' : 'of 100'),
      ...worst,
      tile(
        unread === 0 ? 'none' : 'unreachable',
        String(unread),
        'not read',
        `of ${count(report.hosts.length, 'host')}`,
      ),
    ),
    bySeverity(tallies),
  )
}

function tile(kind: string, number: string, label: string, note: string): Tree {
  const parts = [h('span', { class: 'number' }, number), h('strong', {}, label), h('span', { class: 'note' }, note)]
  return h('li', { class: `tile ${kind}` }, ...parts)
}

function bySeverity(tallies: readonly Tally[]): Tree {
  const rows = tallies.map(({ severity, controls, score, failing, statuses }) => [
    chip(severity),
    String(controls),
    score === null ? '–' : String(score),
    String(failing),
    ...(['pass', 'waived', 'not-tested', 'not-applicable', 'unreachable'] as const).map((status) =>
      String(statuses[status] ?? 0),
    ),
  ])
  const head = [
    'severity',
    'controls',
    'score',
    'failing',
    'pass',
    'waived',
    'not tested',
    'not applicable',
    'not read',
  ]
  return dataTable('Results by severity', head, rows)
}
