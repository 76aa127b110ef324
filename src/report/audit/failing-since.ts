/** Since when controls fail, found by walking back through the kept audits. Pure. */
import { isFailing, statusAt } from '../../model/audit-status.ts'
import type { AuditReport } from '../../model/audit.ts'
import type { PastAudit } from '../../model/past-audit.ts'

/** Gets audits from the latest to the oldest, and says whether it has seen enough. */
export type Visit = (audit: PastAudit) => boolean

/** Each audit is read once, and none once all have seen enough. `history`: the latest first. */
export function walkBack(history: Iterable<PastAudit>, visits: readonly Visit[]): void {
  let open = [...visits]
  if (open.length === 0) return
  for (const audit of history) {
    open = open.filter((visit) => !visit(audit))
    if (open.length === 0) return
  }
}

/** When the first audit of an unbroken row of failing ones began; null: none of those before it failed. */
export type FailingSince = (host: string, control: string) => string | null

interface Open {
  host: string
  control: string
}

/** Of findings that fail now: audits that did not look at one are passed over. */
export function failingSince(findings: readonly Open[]): { visit: Visit; since: FailingSince } {
  const rows = new Map<string, string>()
  let open = findings
  return {
    visit: (audit) => {
      const hosts = indexOf(audit.hosts.names)
      const controls = new Map(audit.controls.map(({ id, required }, index) => [id, { index, required }]))
      open = open.filter(({ host, control }) => {
        const [row, place] = [hosts.get(host), controls.get(control)]
        if (row === undefined || place === undefined) return true
        const status = statusAt(audit.columns[place.index] ?? '', row)
        if (status === 'unreachable') return true
        if (!isFailing(status, place.required)) return false
        rows.set(keyOf(host, control), audit.startedAt)
        return true
      })
      return open.length === 0
    },
    since: (host, control) => rows.get(keyOf(host, control)) ?? null,
  }
}

/** All that fails in an audit. */
export function failingIn({ hosts }: AuditReport): Open[] {
  return hosts.flatMap(({ name, results }) =>
    results.filter(({ failing }) => failing).map(({ control }) => ({ host: name, control })),
  )
}

function keyOf(host: string, control: string): string {
  return `${control} ${host}`
}

/** Audits of the same hosts share their names, which are looked through once. */
const known = new WeakMap<readonly string[], ReadonlyMap<string, number>>()

/** Places of names. */
export function indexOf(names: readonly string[]): ReadonlyMap<string, number> {
  const index = known.get(names) ?? new Map(names.map((name, at) => [name, at]))
  known.set(names, index)
  return index
}
