/** A run as one HTML file: what became of its hosts, what changed, and its trials as pictures. */
import type { Finding } from '../../../model/finding.ts'
import type { HostReport, HostStatus, RunReport } from '../../../model/report.ts'
import type { FoundControl } from '../../found.ts'
import { foundControls, foundStatus } from '../../found.ts'
import { describeValue } from '../../values.ts'
import { count } from '../../wrap.ts'
import { renderPage } from '../page.ts'
import { controlBlock, diagnosticSection, exploreSection, generatorFacts, more, pairSection } from '../parts.ts'
import { shownTime } from '../times.ts'
import type { Tree } from '../tree.ts'
import { chip, code, dataTable, facts, h, section } from '../tree.ts'

/** Beyond these a page without scripts is no longer read. */
const [MOST_ERRORS, MOST_FOUND, MOST_CHANGES, MOST_HOSTS] = [100, 60, 100, 500]

/** What needs a person first. */
const ORDER: readonly HostStatus[] = [
  'failed',
  'unknown',
  'rolled-back',
  'unreachable',
  'not-started',
  'skipped',
  'changed',
  'ok',
]

export function renderRunHtml(report: RunReport): string {
  return renderPage({
    title: `${report.command}, ${shownTime(report.startedAt)}`,
    body: [
      header(report),
      ...errorSection(report),
      ...findingSection(report.findings),
      exploreSection('All hosts'),
      ...pairSection(report.trials, report.endedAt),
      ...changeSection(report),
      ...diagnosticSection(report.diagnostics),
      recap(report),
      madeSection(report),
    ],
    data: { kind: 'run', report },
  })
}

function header({ command, check, hosts, startedAt, exitCode }: RunReport): Tree {
  const tiles = ORDER.flatMap((status) => {
    const number = hosts.filter((host) => host.status === status).length
    if (number === 0) return []
    return [
      h('li', { class: `tile ${status}` }, h('span', { class: 'number' }, String(number)), h('strong', {}, status)),
    ]
  })
  const verdict = exitCode === 0 ? chip('verdict pass', 'Well') : chip('verdict fail', `Exit code ${exitCode}`)
  return h(
    'header',
    {},
    h('h1', {}, command, check ? ' (check mode)' : '', ' on ', count(hosts.length, 'host'), ' ', verdict),
    h('p', { class: 'note' }, shownTime(startedAt)),
    h('ul', { class: 'tiles' }, ...tiles),
  )
}

function errorSection({ hosts }: RunReport): Tree[] {
  const failed = hosts.filter(({ error }) => error !== null)
  if (failed.length === 0) return []
  const items = failed.slice(0, MOST_ERRORS).map(({ name, status, error }) => {
    const rest = [error!.detail, error!.hint === '' ? '' : `hint: ${error!.hint}`].filter((text) => text !== '')
    const head = [chip(status), ' ', code(name), `: ${error!.summary}`]
    return h('li', {}, ...head, ...rest.map((text) => h('p', { class: 'note' }, text)))
  })
  const list = h('ul', { class: 'plain' }, ...items)
  return [section('errors', 'Errors', list, ...more(failed.length - MOST_ERRORS, 'host'))]
}

/** Of tasks `audit`. */
function findingSection(findings: readonly Finding[]): Tree[] {
  const found = foundControls(findings)
  if (found.length === 0) return []
  const rest = more(found.length - MOST_FOUND, 'control')
  return [section('findings', 'Findings', ...found.slice(0, MOST_FOUND).map(renderFound), ...rest)]
}

function renderFound({ finding, hosts }: FoundControl): Tree {
  const { severity, title, control, fails, task, profile } = finding
  const spared = fails ? [] : [' ', chip('waived', foundStatus(finding))]
  return controlBlock(
    [chip(severity), ...spared, ' ', title, ' ', code(control)],
    hosts,
    `${task} (profile ${profile})`,
  )
}

function changeSection({ hosts }: RunReport): Tree[] {
  const changed = hosts.filter(({ changes }) => changes.length > 0)
  if (changed.length === 0) return []
  const blocks = changed.slice(0, MOST_CHANGES).map(renderChanges)
  return [section('changes', 'Changes', ...blocks, ...more(changed.length - MOST_CHANGES, 'host'))]
}

function renderChanges({ name, changes }: HostReport): Tree {
  const rows = changes.map(({ task, fact, before, after, status }) => [
    code(fact),
    describeValue(before),
    describeValue(after),
    chip(status),
    task,
  ])
  const table = dataTable(`Changes of ${name}`, ['fact', 'before', 'after', 'status', 'task'], rows)
  return h('article', { class: 'control' }, h('h3', {}, code(name)), table)
}

function recap({ hosts }: RunReport): Tree {
  const worst = hosts.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status))
  const rows = worst
    .slice(0, MOST_HOSTS)
    .map(({ name, address, status, changes }) => [code(name), code(address), chip(status), String(changes.length)])
  const table = dataTable('Hosts', ['host', 'address', 'status', 'changes'], rows)
  return section('hosts', 'Hosts', table, ...more(hosts.length - MOST_HOSTS, 'host'))
}

function madeSection({ generator, playbooks, inventoryHash, runId, startedAt, endedAt, exitCode }: RunReport): Tree {
  return section(
    'made',
    'How this report was made',
    facts([
      ...generatorFacts(generator),
      ['Playbooks', playbooks.join(', ')],
      ['SHA-256 of the inventory', code(inventoryHash)],
      ['Run', code(runId)],
      ['Time', `${shownTime(startedAt)} to ${shownTime(endedAt)}`],
      ['Exit code', String(exitCode)],
    ]),
  )
}
