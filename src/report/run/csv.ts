/** A run as CSV: a row for each host, each of its changes, each trial, and each finding. */
import type { RunReport } from '../../model/report.ts'
import { renderCsv } from '../csv.ts'
import { foundReason, foundStatus } from '../found.ts'
import { describeValue } from '../values.ts'
import { trialLine } from './words.ts'

const HEAD = ['ended_at', 'kind', 'host', 'peer', 'status', 'task', 'fact', 'summary', 'before', 'after', 'detail']

export function renderRunCsv({ endedAt, hosts, trials, findings }: RunReport): string {
  const hostRows = hosts.flatMap(({ name, address, status, changes, error }) => [
    [endedAt, 'host', name, address, status, '', '', error?.summary ?? '', '', '', error?.hint ?? ''],
    ...changes.map(({ task, fact, summary, before, after, status: became }) => {
      const values = [before, after].map(describeValue)
      return [endedAt, 'change', name, '', became, task, fact, summary, ...values, '']
    }),
  ])
  const trialRows = trials.map((trial) => {
    const detail = trial.reasons.join('; ')
    return [endedAt, 'trial', trial.client, trial.server, trial.verdict, '', '', trialLine(trial), '', '', detail]
  })
  const findingRows = findings.map((finding) => {
    const { host, task, control, title, severity } = finding
    const became = foundStatus(finding)
    return [endedAt, 'finding', host, '', became, task, control, title, '', '', `${severity}: ${foundReason(finding)}`]
  })
  return renderCsv(HEAD, [...hostRows, ...trialRows, ...findingRows])
}
