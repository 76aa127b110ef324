/** What changed since an earlier audit, in words: lists with a title, hosts of which the same is said told together. Pure. */
import type { Severity } from '../../model/audit.ts'
import type { AuditHead, AuditSince, SinceFinding } from '../../model/audit-since.ts'
import { describeValue } from '../values.ts'

export interface ChangeList {
  title: string
  entries: Change[]
}

export interface Change {
  hosts: string[]
  /** Null: a fact has changed. */
  control: { id: string; severity: Severity } | null
  /** May hold a host's text, raw. */
  text: string
}

/** Lists that are empty are left out. */
export function changeLists(since: AuditSince): ChangeList[] {
  const lists = [
    list('newly failing', since.newlyFailing, ({ reason, was }) =>
      was === 'pass' ? reason : `${reason} (was ${was})`,
    ),
    list('failing, and not compared', since.failingUncompared, ({ reason }) => reason),
    list('fixed', since.fixed, ({ reason }) => `was: ${reason}`),
    list('no longer failing, and not fixed', since.noLongerFailing, (one) => `${one.status}, was: ${one.reason}`),
    list('still failing', since.stillFailing, (one) => `${one.reason} (since ${one.since})`),
    list('drifted', since.drifted, ({ fact, before, after, lastSeen }) => {
      return `${fact}: ${describeValue(before)} → ${describeValue(after)} (last seen so ${lastSeen})`
    }),
  ]
  return lists.filter(({ entries }) => entries.length > 0)
}

/** What fails as it did is no change. */
export function isUnchanged({ newlyFailing, failingUncompared, fixed, noLongerFailing, drifted }: AuditSince): boolean {
  return [newlyFailing, failingUncompared, fixed, noLongerFailing, drifted].every((all) => all.length === 0)
}

/** `20260102T030405Z-1a2b3c: audit of all by baseline, begun 2026-01-02T03:04:05.000Z`. */
export function saidHead({ runId, pattern, profile, startedAt }: AuditHead): string {
  return `${runId}: audit of ${pattern} by ${profile}, begun ${startedAt}`
}

function list<T extends SinceFinding | { host: string }>(
  title: string,
  all: readonly T[],
  say: (one: T) => string,
): ChangeList {
  const entries = new Map<string, Change>()
  for (const one of all) {
    const text = say(one)
    const control = 'control' in one ? { id: one.control, severity: one.severity } : null
    const key = JSON.stringify([control, text])
    const known = entries.get(key)
    if (known === undefined) entries.set(key, { hosts: [one.host], control, text })
    else known.hosts.push(one.host)
  }
  return { title, entries: [...entries.values()] }
}
