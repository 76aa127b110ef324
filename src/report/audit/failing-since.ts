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

/** One whose row is not at its beginning yet. `at`: where its host stood in the audit before, which is the same in most. */
interface Row {
  host: string
  at: number
  since: string | null
}

/** Of findings that fail now: audits that did not look at one are passed over. */
export function failingSince(findings: readonly Open[]): { visit: Visit; since: FailingSince } {
  const rows = new Map<string, Map<string, Row>>()
  for (const { host, control } of findings) {
    const ofControl = rows.get(control) ?? new Map<string, Row>()
    rows.set(control, ofControl.set(host, { host, at: -1, since: null }))
  }
  const open = new Map(Array.from(rows, ([control, ofControl]) => [control, [...ofControl.values()]]))
  return {
    visit: ({ startedAt, controls, columns, hosts: { names } }) => {
      for (const [index, { id, required }] of controls.entries()) {
        const begun = open.get(id)
        if (begun === undefined) continue
        const still = begun.filter((row) => {
          if (names[row.at] !== row.host) row.at = indexOf(names).get(row.host) ?? -1
          if (row.at < 0) return true
          const status = statusAt(columns[index] ?? '', row.at)
          if (status === 'unreachable') return true
          if (!isFailing(status, required)) return false
          row.since = startedAt
          return true
        })
        if (still.length === 0) open.delete(id)
        else open.set(id, still)
      }
      return open.size === 0
    },
    since: (host, control) => rows.get(control)?.get(host)?.since ?? null,
  }
}

/** All that fails in an audit. */
export function failingIn({ hosts }: AuditReport): Open[] {
  return hosts.flatMap(({ name, results }) =>
    results.filter(({ failing }) => failing).map(({ control }) => ({ host: name, control })),
  )
}

/** Audits of the same hosts share their names, which are looked through once. */
const known = new WeakMap<readonly string[], ReadonlyMap<string, number>>()

/** Places of names. */
export function indexOf(names: readonly string[]): ReadonlyMap<string, number> {
  const index = known.get(names) ?? new Map(names.map((name, at) => [name, at]))
  known.set(names, index)
  return index
}
