/** What two kept runs that changed or tested hosts did differently. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { ChangeReport, HostStatus, RunReport, TrialResult } from '../../model/report.ts'
import { sanitize } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { paint } from '../style.ts'
import { describeValue } from '../values.ts'
import { wrap } from '../wrap.ts'

type Change = Pick<ChangeReport, 'before' | 'after' | 'status'>
type Verdict = Pick<TrialResult, 'verdict' | 'reasons'>

/** Each is null where a run had it not. */
export interface RunDiff {
  hosts: { host: string; earlier: HostStatus | null; later: HostStatus | null }[]
  changes: { host: string; fact: string; earlier: Change | null; later: Change | null }[]
  trials: { server: string; client: string; earlier: Verdict | null; later: Verdict | null }[]
}

export function runDiff(earlier: RunReport, later: RunReport): RunDiff {
  const [then, now] = [hostsOf(earlier), hostsOf(later)]
  const names = [...new Set([...then.keys(), ...now.keys()])]
  const hosts = names.flatMap((host) => {
    const pair = { earlier: then.get(host)?.status ?? null, later: now.get(host)?.status ?? null }
    return pair.earlier === pair.later ? [] : [{ host, ...pair }]
  })
  const changes = names.flatMap((host) => {
    const [had, has] = [changesOf(then.get(host)), changesOf(now.get(host))]
    return [...new Set([...had.keys(), ...has.keys()])].flatMap((fact) => {
      const pair = { earlier: had.get(fact) ?? null, later: has.get(fact) ?? null }
      return isDeepStrictEqual(pair.earlier, pair.later) ? [] : [{ host, fact, ...pair }]
    })
  })
  const [tested, tests] = [trialsOf(earlier), trialsOf(later)]
  const trials = [...new Map([...tested, ...tests])].flatMap(([key, { server, client }]) => {
    const pair = { earlier: verdictOf(tested.get(key)), later: verdictOf(tests.get(key)) }
    return pair.earlier?.verdict === pair.later?.verdict ? [] : [{ server, client, ...pair }]
  })
  return { hosts, changes, trials }
}

type Host = RunReport['hosts'][number]

function hostsOf({ hosts }: RunReport): Map<string, Host> {
  return new Map(hosts.map((host) => [host.name, host]))
}

/** By fact; of several changes of one the last. */
function changesOf(host: Host | undefined): Map<string, Change> {
  return new Map(host?.changes.map(({ fact, before, after, status }) => [fact, { before, after, status }]))
}

function trialsOf({ trials }: RunReport): Map<string, TrialResult> {
  return new Map(trials.map((trial) => [JSON.stringify([trial.server, trial.client]), trial]))
}

function verdictOf(trial: TrialResult | undefined): Verdict | null {
  return trial === undefined ? null : { verdict: trial.verdict, reasons: trial.reasons }
}

/** Hosts with the same difference are told together. Ends with a line end. */
export function renderRunDiff({ hosts, changes, trials }: RunDiff, style: Style): string {
  const byHost = (entries: readonly (readonly [string, string])[]): string => {
    const groups = new Map<string, string[]>()
    for (const [host, text] of entries) groups.set(text, [...(groups.get(text) ?? []), sanitize(host)])
    const lines = [...groups].map(([text, names]) => wrap(`${names.join(', ')}: ${text}`, style.width, '  ', '      '))
    return lines.map((line) => `${line}\n`).join('')
  }
  const parts: [string, string][] = [
    ['HOSTS', byHost(hosts.map(({ host, earlier, later }) => [host, fromTo(earlier, later)]))],
    [
      'CHANGES',
      byHost(
        changes.map(({ host, fact, earlier, later }) => [
          host,
          `${sanitize(fact)}: ${fromTo(earlier && changeText(earlier), later && changeText(later))}`,
        ]),
      ),
    ],
    [
      'TRIALS',
      byHost(
        trials.map(({ server, client, earlier, later }) => [
          `${client} to ${server}`,
          fromTo(earlier && verdictText(earlier), later && verdictText(later)),
        ]),
      ),
    ],
  ]
  const shown = parts.filter(([, body]) => body !== '')
  if (shown.length === 0) return 'no host, change or verdict differs\n'
  return shown.map(([title, body]) => `${paint(style, 'bold', title)}\n${body}`).join('\n')
}

function fromTo(earlier: string | null, later: string | null): string {
  if (earlier === null) return `only in the later run: ${later}`
  return later === null ? `only in the earlier run: ${earlier}` : `${earlier}; then ${later}`
}

function changeText({ before, after, status }: Change): string {
  return `${describeValue(before)} → ${describeValue(after)} (${status})`
}

function verdictText({ verdict, reasons }: Verdict): string {
  return sanitize([verdict, ...reasons].join(': '))
}
