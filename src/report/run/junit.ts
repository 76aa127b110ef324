/** A run as JUnit: a suite for each host with a test for it, for each of its changes and each of its findings, and a suite of all trials. */
import type { Finding } from '../../model/finding.ts'
import type { ChangeReport, HostReport, HostStatus, RunReport, TrialResult } from '../../model/report.ts'
import { findingsByHost, foundReason, foundStatus } from '../found.ts'
import type { JUnitCase, JUnitSuite, Outcome } from '../junit.ts'
import { renderJUnit } from '../junit.ts'
import { describeValue } from '../values.ts'
import { subflowLine, trialLine } from './words.ts'

export function renderRunJUnit(report: RunReport): string {
  const { command, generator, runId, inventoryHash, playbooks, check } = report
  const properties = {
    run: runId,
    inventory: inventoryHash,
    playbooks: playbooks.join(' '),
    check: check ? 'yes' : 'no',
    ...(generator === null ? {} : { generator: `${generator.name} ${generator.version}`, account: generator.account }),
  }
  const suite = (name: string, host: string, cases: JUnitCase[]): JUnitSuite => ({
    name,
    host,
    package: command,
    properties,
    cases,
  })
  const findings = findingsByHost(report.findings)
  const hosts = report.hosts.map((host) =>
    suite(host.name, host.address, [
      hostCase(host),
      ...host.changes.map(changeCase),
      ...(findings.get(host.name) ?? []).map(findingCase),
    ]),
  )
  const trials = report.trials.length === 0 ? [] : [suite('trials', 'localhost', report.trials.map(trialCase))]
  return renderJUnit([...hosts, ...trials], report.startedAt)
}

const IS_WELL: ReadonlySet<HostStatus> = new Set<HostStatus>(['ok', 'changed'])
const IS_IDLE: ReadonlySet<HostStatus> = new Set<HostStatus>(['skipped', 'not-started'])

function hostCase({ status, error }: HostReport): JUnitCase {
  const lines = [error?.summary, error?.detail, error?.hint].filter((line) => (line ?? '') !== '')
  const message = error?.summary ?? status
  const kind = status === 'failed' ? 'failure' : 'error'
  const outcome = ((): Outcome => {
    if (IS_WELL.has(status)) return { kind: 'passed' }
    if (IS_IDLE.has(status)) return { kind: 'skipped', message }
    return { kind, type: `${status} ${error?.code ?? ''}`, message, body: lines.join('\n') }
  })()
  return { name: 'the host ended well', group: 'host', outcome }
}

/** A planned change is neither good nor bad: it was not to be made. */
function changeCase({ task, module, fact, summary, before, after, status }: ChangeReport): JUnitCase {
  const body = `${fact}: ${describeValue(before)} → ${describeValue(after)}`
  const outcome = ((): Outcome => {
    if (status === 'done') return { kind: 'passed' }
    if (status === 'planned' || status === 'not-started') return { kind: 'skipped', message: status }
    return { kind: status === 'failed' ? 'failure' : 'error', type: status, message: summary, body }
  })()
  return { name: `${task}: ${summary}`, group: `change.${module}`, outcome }
}

/** What does not fail the host is skipped: it was waived, or is below the threshold of the task. */
function findingCase(finding: Finding): JUnitCase {
  const { task, control, title, severity, status, fails, evidence } = finding
  const message = foundReason(finding)
  const lines = evidence.map(({ fact, value }) => `${fact}: ${describeValue(value)}`)
  const kind = status === 'error' ? 'error' : 'failure'
  const outcome: Outcome = fails
    ? { kind, type: `${severity} ${status}`, message, body: [message, ...lines].join('\n') }
    : { kind: 'skipped', message: status === 'waived' ? message : `${foundStatus(finding)}: ${message}` }
  return { name: `${task}: ${control}: ${title}`, group: 'audit', outcome }
}

function trialCase(trial: TrialResult): JUnitCase {
  const { client, server, verdict, reasons, subflows } = trial
  const message = reasons.join('; ')
  const body = [trialLine(trial), ...reasons, ...subflows.map(subflowLine)].filter((line) => line !== '').join('\n')
  const outcome = {
    pass: { kind: 'passed' },
    'not-run': { kind: 'skipped', message },
    fail: { kind: 'failure', type: verdict, message, body },
  } as const satisfies Record<TrialResult['verdict'], Outcome>
  return { name: `${client} to ${server}`, group: 'trial', outcome: outcome[verdict] }
}
