/** Everything of a run about one host: its error, what audits found, its changes with values in full, its trials and what it cost. */
import type { Finding } from '../../../model/finding.ts'
import { WEIGHTS } from '../../../model/audit-score.ts'
import type { ChangeReport, HostReport, RunReport } from '../../../model/report.ts'
import { foundReason, foundStatus } from '../../found.ts'
import { formatBytes, formatDuration } from '../../units.ts'
import { evidenceTable, pairFigures } from '../parts.ts'
import type { Tree } from '../tree.ts'
import { chip, code, facts, h } from '../tree.ts'

export function hostDetails({ trials, findings, endedAt }: RunReport, host: HostReport): Tree[] {
  const { name, address, status, changes, error, metrics } = host
  const lines = error === null ? [] : [error.summary, error.detail, error.hint].filter((line) => line !== '')
  const spent = metrics.connectMs + metrics.gatherMs + metrics.planMs + metrics.applyMs + metrics.verifyMs
  const about = facts([
    ['Address', code(address)],
    ['Status', chip(status)],
    ['Connections, execs', `${metrics.connections}, ${metrics.execs}`],
    ['Sent, received', `${formatBytes(metrics.bytesSent)}, ${formatBytes(metrics.bytesReceived)}`],
    ['Time', formatDuration(spent)],
  ])
  const pairs = trials.filter(({ server, client }) => server === name || client === name)
  return [
    about,
    ...lines.map((line) => h('p', {}, line)),
    ...worstFirst(findings.filter((finding) => finding.host === name)).map(renderFinding),
    ...changes.map(renderChange),
    ...pairFigures(pairs, endedAt),
  ]
}

function worstFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => Number(b.fails) - Number(a.fails) || WEIGHTS[b.severity] - WEIGHTS[a.severity])
}

function renderFinding(finding: Finding): Tree {
  const { task, profile, control, title, severity, status, fails, evidence } = finding
  const spared = fails || status === 'waived' ? [] : [chip('waived', foundStatus(finding)), ' ']
  return h(
    'details',
    { class: 'result', open: fails },
    h('summary', {}, chip(status), ' ', ...spared, chip(severity), ' ', h('strong', {}, title), ' ', code(control)),
    h('p', { class: 'note' }, `${task} (profile ${profile})`),
    h('p', {}, foundReason(finding)),
    ...evidenceTable(control, evidence),
  )
}

function renderChange({ task, module, fact, summary, before, after, status }: ChangeReport): Tree {
  return h(
    'details',
    { class: 'result', open: true },
    h('summary', {}, chip(status), ' ', h('strong', {}, summary), ' ', code(fact)),
    h('p', { class: 'note' }, `${task} (${module})`),
    h('p', {}, 'before'),
    h('pre', {}, inFull(before)),
    h('p', {}, 'after'),
    h('pre', {}, inFull(after)),
  )
}

function inFull(value: unknown): string {
  if (value === null) return 'absent'
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
