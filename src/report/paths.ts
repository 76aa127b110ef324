/** Trials as text: a verdict line, its reasons, and a table of paths and subflows. */
import type { RunReport, SubflowReport, TrialResult } from '../model/report.ts'
import { sanitize } from './sanitize.ts'
import { pathEnd, trialLine } from './run/words.ts'
import type { Style } from './style.ts'
import { paint } from './style.ts'
import { drawTable, tableWidth } from './table.ts'
import { formatBytes } from './units.ts'
import { count, wrap } from './wrap.ts'

/** Tables are slow to lay out and long to read: beyond this many trials only those that did not pass are shown. */
const MAX_SHOWN = 12

/** All trials of a run; empty where there are none. */
export function renderTrials(report: RunReport, style: Style): string {
  const { trials } = report
  if (trials.length === 0) return ''
  const many = trials.length > MAX_SHOWN
  const shown = (many ? trials.filter((trial) => trial.verdict !== 'pass') : trials).slice(0, MAX_SHOWN)
  const blocks = shown.map((trial) => renderTrial(trial, style))
  if (many) blocks.push(renderRest(trials, shown, style))
  return blocks.join('\n')
}

function renderRest(trials: TrialResult[], shown: TrialResult[], style: Style): string {
  const number = (verdict: string): number => trials.filter((trial) => trial.verdict === verdict).length
  const text =
    `${count(trials.length, 'trial')}: ${number('pass')} passed, ${number('fail')} failed, ` +
    `${number('not-run')} not run; ${shown.length} of those that did not pass are shown, the report has all.`
  return `${wrap(text, style.width)}\n`
}

/** One trial. */
function renderTrial(trial: TrialResult, style: Style): string {
  const verdict = { pass: 'PASS', fail: 'FAIL', 'not-run': 'NOT RUN' }[trial.verdict]
  const color = ({ pass: 'green', fail: 'red', 'not-run': 'yellow' } as const)[trial.verdict]
  const pair = `${sanitize(trial.client)} → ${sanitize(trial.server)}`
  const transfer = trialLine(trial)
  const lines = [`${paint(style, color, verdict)}  ${pair}${transfer === '' ? '' : `  ${transfer}`}`]
  lines.push(...trial.reasons.map((reason) => wrap(sanitize(reason), style.width, '    - ', '      ')))
  if (trial.subflows.length > 0) lines.push(subflowTable(trial.subflows, style))
  return `${lines.join('\n')}\n`
}

function subflowTable(subflows: SubflowReport[], style: Style): string {
  const rows = subflows.map((subflow) => [
    sanitize(pathEnd(subflow.clientAddress, subflow.clientDevice)),
    sanitize(pathEnd(subflow.serverAddress, subflow.serverDevice)),
    subflow.backup ? 'backup' : 'regular',
    formatBytes(subflow.bytes),
    `${(subflow.share * 100).toFixed(1)} %`,
  ])
  const wide = drawTable(['client', 'server', 'role', 'bytes', 'share'], rows, { right: [3, 4] })
  if (tableWidth(wide) <= style.width) return wide
  return drawTable(
    ['client → server', 'role', 'bytes', 'share'],
    rows.map(([client, server, role = '', bytes = '', share = '']) => [`${client}\n→ ${server}`, role, bytes, share]),
    { right: [2, 3] },
  )
}
