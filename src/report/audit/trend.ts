/** How audits came out one after another: of the fleet, or of each control, group or host. Pure. */
import type { AuditPoint } from '../../model/audit.ts'
import { CONTROL_STATUSES, SEVERITIES } from '../../model/audit.ts'
import { scoreOfWeights, WEIGHTS } from '../../model/audit-score.ts'
import { isFailing, LETTERS } from '../../model/audit-status.ts'
import type { PastAudit } from '../../model/past-audit.ts'

/** What is looked at; null: all. */
export interface TrendFilter {
  control: string | null
  group: string | null
  host: string | null
}

export const TREND_KEYS = ['control', 'group', 'host'] as const
export type TrendKey = (typeof TREND_KEYS)[number]

export interface TrendRow {
  name: string
  /** Of each audit; null where there was nothing of this name. */
  points: (TrendPoint | null)[]
}

/** `hosts`: those that were read. */
export type TrendPoint = Pick<AuditPoint, 'hosts' | 'score' | 'failing'>

export interface Trend {
  audits: Pick<AuditPoint, 'runId' | 'startedAt'>[]
  /** One, called `all`, unless asked by key. */
  rows: TrendRow[]
}

/** `audits`: the latest first, as they are kept; the trend has the oldest first. `key` null: all in one row. */
export function trendOf(audits: Iterable<PastAudit>, filter: TrendFilter, key: TrendKey | null): Trend {
  const heads: Trend['audits'] = []
  const rows = new Map<string, (TrendPoint | null)[]>()
  for (const audit of audits) {
    for (const [name, point] of tally(audit, filter, key)) {
      const points = rows.get(name) ?? []
      rows.set(name, points)
      while (points.length < heads.length) points.push(null)
      points.push(point)
    }
    heads.push({ runId: audit.runId, startedAt: audit.startedAt })
  }
  const turned = [...rows].map(([name, points]) => {
    const missing = Array.from({ length: heads.length - points.length }, () => null)
    return { name, points: [...points, ...missing].toReversed() }
  })
  return { audits: heads.toReversed(), rows: turned }
}

const [NOTHING, PASSED, FAILING] = [0, 1, 2]

/** By character code: what a letter counts as. */
function classes(required: boolean): Uint8Array {
  const table = new Uint8Array(128)
  for (const status of CONTROL_STATUSES) {
    const kind = isFailing(status, required) ? FAILING : status === 'pass' ? PASSED : NOTHING
    table[LETTERS[status].charCodeAt(0)] = kind
  }
  return table
}
const BY_REQUIRED = { true: classes(true), false: classes(false) }
const UNREAD = LETTERS.unreachable.charCodeAt(0)

/** One audit, by name. Goes through every letter of a year of audits: no more than numbers are touched for each. */
function* tally(audit: PastAudit, filter: TrendFilter, key: TrendKey | null): Generator<[string, TrendPoint]> {
  const looked = [...audit.controls.keys()].filter(
    (index) => filter.control === null || filter.control === audit.controls[index]!.id,
  )
  // A host that was not read has the same letter throughout.
  const first = audit.columns[looked[0] ?? -1] ?? ''
  const hosts = hostsIn(audit, filter).filter((host) => host < first.length && first.charCodeAt(host) !== UNREAD)
  if (hosts.length === 0) return
  if (key === 'control') {
    for (const index of looked) {
      const { passed, failed } = counts(audit, [index], hosts)
      yield [audit.controls[index]!.id, pointOf(passed, failed, [...hosts.keys()])]
    }
    return
  }
  const { passed, failed } = counts(audit, looked, hosts)
  for (const [name, places] of placesByName(audit, hosts, filter, key)) yield [name, pointOf(passed, failed, places)]
}

/** Of each host, by its place in `hosts`: how many controls of each severity passed and failed. */
function counts({ controls, columns }: PastAudit, looked: readonly number[], hosts: readonly number[]): Counts {
  const all = { passed: new Uint16Array(4 * hosts.length), failed: new Uint16Array(4 * hosts.length) }
  for (const index of looked) {
    const { severity, required } = controls[index]!
    const [column, kinds, offset] = [columns[index] ?? '', BY_REQUIRED[`${required}`], SEVERITIES.indexOf(severity)]
    for (let place = 0; place < hosts.length; place++) {
      const kind = kinds[column.charCodeAt(hosts[place]!)]
      if (kind === PASSED) all.passed[4 * place + offset]! += 1
      else if (kind === FAILING) all.failed[4 * place + offset]! += 1
    }
  }
  return all
}

interface Counts {
  passed: Uint16Array
  failed: Uint16Array
}

/** Of the hosts in these places together. */
function pointOf(passed: Uint16Array, failed: Uint16Array, places: readonly number[]): TrendPoint {
  const failing = { critical: 0, high: 0, medium: 0, low: 0 }
  let [good, bad] = [0, 0]
  for (const [offset, severity] of SEVERITIES.entries()) {
    let [passes, fails] = [0, 0]
    for (const place of places) {
      passes += passed[4 * place + offset]!
      fails += failed[4 * place + offset]!
    }
    failing[severity] = fails
    good += passes * WEIGHTS[severity]
    bad += fails * WEIGHTS[severity]
  }
  return { hosts: places.length, score: scoreOfWeights(good, bad), failing }
}

function hostsIn({ hosts: { names, groups } }: PastAudit, { host, group }: TrendFilter): number[] {
  const at = host === null ? null : names.indexOf(host)
  const all = at === null ? [...names.keys()] : at < 0 ? [] : [at]
  return group === null ? all : all.filter((index) => groups[index]?.includes(group))
}

function placesByName(
  { hosts: { names, groups } }: PastAudit,
  hosts: readonly number[],
  { group }: TrendFilter,
  key: 'host' | 'group' | null,
): Map<string, number[]> {
  if (key === null) return new Map([['all', [...hosts.keys()]]])
  if (key === 'host') return new Map(hosts.map((host, place) => [names[host]!, [place]]))
  const places = new Map<string, number[]>()
  for (const [place, host] of hosts.entries()) {
    for (const name of groups[host] ?? []) {
      if (group !== null && name !== group) continue
      const known = places.get(name)
      if (known === undefined) places.set(name, [place])
      else known.push(place)
    }
  }
  return places
}

/** Of all severities. */
export function failingOf({ failing }: TrendPoint): number {
  return SEVERITIES.reduce((sum, severity) => sum + failing[severity], 0)
}
