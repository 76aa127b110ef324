/** What of two audits cannot be held against each other, and why else than by their hosts they may differ. Pure. */
import type { AuditReport } from '../../model/audit.ts'
import type { Uncompared } from '../../model/audit-since.ts'
import { sanitize } from '../sanitize.ts'

export function uncomparedOf(earlier: AuditReport, later: AuditReport): Uncompared {
  const hosts = onlyIn(names(earlier), names(later))
  const missed = new Set([...unreadOf(earlier), ...unreadOf(later)])
  const unread = names(later).filter((name) => missed.has(name) && !hosts.onlyLater.includes(name))
  return { hosts: { ...hosts, unread }, controls: onlyIn(ids(earlier), ids(later)) }
}

const names = ({ hosts }: AuditReport): string[] => hosts.map(({ name }) => name)
const ids = ({ controls }: AuditReport): string[] => controls.map(({ id }) => id)
const unreadOf = ({ hosts }: AuditReport): string[] =>
  hosts.filter(({ status }) => status !== 'ok').map(({ name }) => name)

function onlyIn(earlier: readonly string[], later: readonly string[]): { onlyEarlier: string[]; onlyLater: string[] } {
  const [then, now] = [new Set(earlier), new Set(later)]
  return {
    onlyEarlier: earlier.filter((name) => !now.has(name)),
    onlyLater: later.filter((name) => !then.has(name)),
  }
}

/** Names that are told of one kind. */
const MAX_NAMES = 8

/** Sentences. */
export function comparisonNotes(earlier: AuditReport, later: AuditReport, { hosts, controls }: Uncompared): string[] {
  const [then, now] = [earlier.profile, later.profile]
  const changed = then.hash === now.hash ? [] : [`The profile ${sanitize(now.name)} was changed in between.`]
  const other = `The profile is another: ${sanitize(then.name)}, and then ${sanitize(now.name)}.`
  const pattern = `The pattern is another: ${sanitize(earlier.pattern)}, and then ${sanitize(later.pattern)}.`
  return [
    ...(then.name === now.name ? changed : [other]),
    ...(earlier.pattern === later.pattern ? [] : [pattern]),
    ...told('Hosts of the earlier audit alone', hosts.onlyEarlier),
    ...told('Hosts of the later audit alone', hosts.onlyLater),
    ...told('Hosts that one of them did not read', hosts.unread),
    ...told('Controls of the earlier audit alone', controls.onlyEarlier),
    ...told('Controls of the later audit alone', controls.onlyLater),
  ]
}

function told(what: string, list: readonly string[]): string[] {
  if (list.length === 0) return []
  const shown = list.slice(0, MAX_NAMES).map((name) => sanitize(name))
  const more = list.length > shown.length ? ` and ${list.length - shown.length} more` : ''
  return [`${what}: ${shown.join(', ')}${more}.`]
}
