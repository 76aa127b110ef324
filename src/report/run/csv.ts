/** A run as CSV: a row for each host, each of its changes, and each trial. */
import type { RunReport } from '../../model/report.ts'
import { renderCsv } from '../csv.ts'
import { describeValue } from '../values.ts'
import { trialLine } from './words.ts'

const HEAD = ['ended_at', 'kind', 'host', 'peer', 'status', 'task', 'fact', 'summary', 'before', 'after', 'detail']

export function renderRunCsv({ endedAt, hosts, trials }: RunReport): string {
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
  return renderCsv(HEAD, [...hostRows, ...trialRows])
}
