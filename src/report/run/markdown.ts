/** A run as Markdown: errors, trials, findings, changes and the recap. */
import type { HostReport, RunReport, TrialResult } from '../../model/report.ts'
import type { FoundControl } from '../found.ts'
import { foundControls, foundStatus } from '../found.ts'
import { madeBy } from '../made-by.ts'
import { capped, code, prose, section, table } from '../markdown.ts'
import { recapRows } from '../recap.ts'
import { describeValue } from '../values.ts'
import { count } from '../wrap.ts'
import { subflowLine, trialLine } from './words.ts'

/** Beyond these a page is no longer read, and comments of code hosts have their limit. */
const MOST_HOSTS = 500
const MOST_DETAILED = 100

export function renderRunMarkdown(report: RunReport): string {
  const { command, check, playbooks, hosts, trials, findings, diagnostics } = report
  const facts = [
    ['Playbooks', playbooks.map(code).join(', ')],
    ['Inventory', code(report.inventoryHash)],
    ['Time', `${code(report.startedAt)} to ${code(report.endedAt)}`],
    ['Run', code(report.runId)],
    ['Exit code', String(report.exitCode)],
    ...(report.generator === null ? [] : [['Made with', code(madeBy(report.generator))]]),
  ]
  const failed = hosts.filter(({ error }) => error !== null)
  const changed = hosts.filter(({ changes }) => changes.length > 0)
  return [
    `# ${prose(command)}${check ? ' (check mode)' : ''} on ${count(hosts.length, 'host')}\n\n`,
    table(['', ''], facts),
    section('Trials', capped(trials, MOST_DETAILED, renderTrial)),
    section('Findings', capped(foundControls(findings), MOST_DETAILED, renderFound)),
    section('Errors', capped(failed, MOST_DETAILED, renderError)),
    section('Diagnostics', diagnostics.map((one) => `- ${one.severity}: ${code(one.summary)}\n`).join('')),
    section('Changes', capped(changed, MOST_DETAILED, renderChanges)),
    section('Recap', renderRecap(report)),
  ].join('')
}

function renderTrial(trial: TrialResult): string {
  const lines = [...trial.reasons, ...trial.subflows.map(subflowLine)].map((line) => `  - ${code(line)}\n`)
  const transfer = trialLine(trial)
  const pair = `${code(trial.client)} to ${code(trial.server)}`
  return `- ${trial.verdict}: ${pair}${transfer === '' ? '' : `, ${prose(transfer)}`}\n${lines.join('')}`
}

function renderFound({ finding, hosts }: FoundControl): string {
  const { severity, control, title, fails } = finding
  const lines = [...hosts].map(([reason, names]) => `  - ${names.map(code).join(', ')}: ${code(reason)}\n`)
  return `- ${severity}${fails ? '' : ` (${foundStatus(finding)})`} ${code(control)}: ${prose(title)}\n${lines.join('')}`
}

function renderError({ name, status, error }: HostReport): string {
  const hint = error === null || error.hint === '' ? '' : `\n  - hint: ${code(error.hint)}`
  return `- ${code(name)}: ${status}, ${code(error?.summary ?? '')}${hint}\n`
}

function renderChanges({ name, changes }: HostReport): string {
  const lines = changes.map(({ task, fact, before, after, status }) => {
    const values = `${code(describeValue(before))} to ${code(describeValue(after))}`
    return `  - ${status}: ${code(fact)} from ${values} (${code(task)})\n`
  })
  return `- ${code(name)}\n${lines.join('')}`
}

function renderRecap(report: RunReport): string {
  const rows = recapRows(report)
  if (rows.length === 0) return ''
  const cells = rows
    .slice(0, MOST_HOSTS)
    .map(({ host, status, changed, failed }) => [code(host), status, String(changed), String(failed)])
  const rest = rows.length > MOST_HOSTS ? `\nand ${rows.length - MOST_HOSTS} more\n` : ''
  return `${table(['host', 'status', 'changed', 'failed'], cells)}${rest}`
}
