/** Everything of an audit about one host: its results, the worst first, with what was read, by which command, and the remedy. */
import type { AuditedControl, ControlStatus, Evidence, Remedy, WaiverReport } from '../../../model/audit.ts'
import { isFailing, LETTERS, statusAt } from '../../../model/audit-status.ts'
import { scoreOf, severitiesOf, WEIGHTS } from '../../../model/audit-score.ts'
import { evidenceTable, pairFigures } from '../parts.ts'
import type { Tree } from '../tree.ts'
import { chip, code, facts, h } from '../tree.ts'
import type { AuditData } from '../view.ts'
import { hostTrend } from './trend.ts'

interface Result {
  control: AuditedControl
  status: ControlStatus
  reason: string
  evidence: readonly Evidence[]
  remedy: Remedy | null
  waiver: WaiverReport | null
}

/** `at`: index of the host. */
export function hostDetails(data: AuditData, at: number): Tree[] {
  const { matrix, evidence } = data
  const host = matrix.hosts[at]!
  const results = resultsOf(data, at)
  const failing = results.filter(({ status, control }) => isFailing(status, control.required))
  const others = results.filter((one) => !failing.includes(one))
  const error = host.error === null ? [] : [h('p', {}, chip(host.status), ` ${host.error.summary} ${host.error.hint}`)]
  const pairs = evidence.tests.filter(({ server, client }) => server === host.name || client === host.name)
  const about = facts([
    ['Address', code(host.address)],
    ['Groups', host.groups.join(', ') || 'none'],
  ])
  const counted = results.map(({ control: { id, required }, status }) => ({
    control: id,
    status,
    failing: isFailing(status, required),
  }))
  const now = { at: matrix.startedAt, value: scoreOf(counted, severitiesOf(matrix)) }
  return [
    about,
    ...error,
    ...hostTrend(evidence, host.name, now),
    ...failing.map((result) => renderResult(result, evidence.commands, true)),
    ...others.map((result) => renderResult(result, evidence.commands, false)),
    ...pairFigures(pairs, matrix.endedAt),
  ]
}

function resultsOf({ matrix, evidence }: AuditData, at: number): Result[] {
  const rank = Object.keys(LETTERS)
  return matrix.controls
    .map((control, index): Result => {
      const waived = evidence.waived.find(([host, of]) => host === at && of === index)
      const status = statusAt(matrix.rows[at] ?? '', index)
      const finding = evidence.findings[evidence.rows[at]?.[index] ?? -1]!
      return { control, status, ...finding, waiver: waived === undefined ? null : (matrix.waivers[waived[2]] ?? null) }
    })
    .toSorted(
      (a, b) =>
        rank.indexOf(a.status) - rank.indexOf(b.status) || WEIGHTS[b.control.severity] - WEIGHTS[a.control.severity],
    )
}

function renderResult(result: Result, commands: Readonly<Record<string, string>>, open: boolean): Tree {
  const { control, status, reason, evidence, remedy, waiver } = result
  const head = [chip(status), ' ', chip(control.severity), ' ', h('strong', {}, control.title), ' ', code(control.id)]
  const held =
    waiver === null ? [] : [h('p', {}, `Waived until ${waiver.expires} by ${waiver.owner}: ${waiver.reason}`)]
  const mend = remedy === null ? [] : [h('p', {}, 'Remedy, which --fix plans:'), h('pre', {}, task(remedy))]
  return h(
    'details',
    { class: 'result', open },
    h('summary', {}, ...head),
    h('p', {}, reason),
    ...held,
    ...evidenceTable(control.id, evidence),
    ...readBy(control.facts, commands),
    ...mend,
    h('p', { class: 'note' }, control.rationale),
    h('p', { class: 'note' }, [...control.nist.map((id) => `NIST SP 800-53 ${id}`), ...control.references].join('; ')),
  )
}

function readBy(keys: readonly string[], commands: Readonly<Record<string, string>>): Tree[] {
  return keys.flatMap((key) => {
    const command = Object.hasOwn(commands, key) ? commands[key] : undefined
    if (command === undefined) return []
    return [
      h('details', { class: 'command' }, h('summary', {}, 'Read by the command of ', code(key)), h('pre', {}, command)),
    ]
  })
}

/** As a task of a playbook, in YAML's flow style, which is JSON. */
function task({ module, params }: Remedy): string {
  return `- ${module}: ${JSON.stringify(params)}`
}
