/** What changed since an earlier run: its report beside the plan of now. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { ChangeReport, RunReport } from '../model/report.ts'
import { sanitize } from './sanitize.ts'
import type { Style } from './style.ts'
import { paint } from './style.ts'
import { describeValue } from './values.ts'

/** `drifted`: the run made it so, and it is so no more. `gone`: the run's plan had it, and it is so by now. */
export interface SinceEntry {
  host: string
  kind: 'new' | 'drifted' | 'gone'
  fact: string
  before: unknown
  after: unknown
}

/** Pending changes of `now` that the earlier run had not, or had made; and changes that it had planned and that are made now. */
export function changesSince(earlier: RunReport, now: RunReport): SinceEntry[] {
  const then = new Map(earlier.hosts.map((host) => [host.name, host.changes]))
  return now.hosts.flatMap(({ name, changes, status }): SinceEntry[] => {
    if (status === 'unreachable' || status === 'failed') return []
    const had = then.get(name) ?? []
    const pending = changes.map(({ fact, before, after }): SinceEntry[] => {
      const same = had.find((change) => change.fact === fact)
      const drifted = same?.status === 'done' && !isDeepStrictEqual(same.after, before)
      if (drifted) return [{ host: name, kind: 'drifted', fact, before: same.after, after: before }]
      return same === undefined ? [{ host: name, kind: 'new', fact, before, after }] : []
    })
    const gone = had.filter((change) => isOpen(change) && !changes.some(({ fact }) => fact === change.fact))
    return [
      ...pending.flat(),
      ...gone.map(({ fact, before, after }): SinceEntry => ({ host: name, kind: 'gone', fact, before, after })),
    ]
  })
}

function isOpen({ status }: ChangeReport): boolean {
  return status !== 'done'
}

const WORDS = {
  new: 'pending, and was not then',
  drifted: 'was made so then, and is so no more',
  gone: 'was pending then, and is so by now',
} as const

/** One line an entry, host by host. */
export function renderSince(runId: string, entries: readonly SinceEntry[], style: Style): string {
  const head = paint(style, 'bold', `SINCE RUN ${runId}`)
  if (entries.length === 0) return `${head}\nnothing changed\n`
  const hosts = [...new Set(entries.map(({ host }) => host))]
  const lines = hosts.flatMap((host) => [
    sanitize(host),
    ...entries
      .filter((entry) => entry.host === host)
      .map(
        ({ kind, fact, before, after }) =>
          `  ${sanitize(fact)}: ${describeValue(before)} → ${describeValue(after)} (${WORDS[kind]})`,
      ),
  ])
  return `${head}\n${lines.join('\n')}\n`
}
