/** What is shown at the end of a run: trials, findings, errors, recap. */
import type { RunReport } from '../model/report.ts'
import { renderDiagnostics } from './diagnostics.ts'
import { renderHostErrors } from './errors.ts'
import { renderFindings } from './findings.ts'
import { renderTrials } from './paths.ts'
import { renderRecap } from './recap.ts'
import type { Style } from './style.ts'
import { paint } from './style.ts'

/** Parts that have nothing to tell are left out. `tasksOf`: see recapRows. */
export function renderRun(report: RunReport, style: Style, tasksOf?: ReadonlyMap<string, number>): string {
  const parts = [
    section('TRIALS', renderTrials(report, style), style),
    section('FINDINGS', renderFindings(report, style), style),
    section('ERRORS', renderHostErrors(report, style), style),
    section('DIAGNOSTICS', renderDiagnostics(report.diagnostics, style), style),
    section('RECAP', renderRecap(report, style, tasksOf), style),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

/** Of a kept run: what its trials showed and its tasks `audit` found. Empty where it had neither. */
export function renderResults(report: RunReport, style: Style): string {
  const parts = [
    section('TRIALS', renderTrials(report, style), style),
    section('FINDINGS', renderFindings(report, style), style),
  ]
  return parts.map((part) => (part === '' ? '' : `\n${part}`)).join('')
}

function section(title: string, body: string, style: Style): string {
  return body === '' ? '' : `${paint(style, 'bold', title)}\n${body}`
}
