/**
 * Why multipath did not happen, told from the counters of both ends (Linux Documentation/networking/mptcp and
 * net/mptcp/mib.c name them). Where a counter or fact that would decide is not known, the causes that remain are
 * named as candidates; none is guessed.
 */
import type { MibCounters } from './counters.ts'
import { ANNOUNCEMENT_ROWS } from './fallback-announcements.ts'
import { CONNECTION_ROWS } from './fallback-connection.ts'
import type { CauseRow, Explains, FallbackEvidence } from './fallback-evidence.ts'
import { all } from './fallback-evidence.ts'
import { JOIN_ROWS } from './fallback-joins.ts'

export interface Cause {
  code: string
  text: string
  /** What to do about it. */
  next: string
}

export interface Diagnosis {
  /** False: one of the causes, and which is not known. */
  certain: boolean
  /** Most telling first; empty where the counters do not tell. */
  causes: Cause[]
}

const ROWS: readonly CauseRow[] = [...CONNECTION_ROWS, ...ANNOUNCEMENT_ROWS, ...JOIN_ROWS]

/** Causes that counters and facts leave no doubt about, else those that they leave open. */
export function diagnose(evidence: FallbackEvidence, explains: Explains): Diagnosis {
  const counters = withDerived(evidence)
  const judged = ROWS.filter((row) => row.explains.includes(explains)).map((row) => ({
    row,
    ...judge(row, evidence, counters),
  }))
  const sure = judged.filter(({ holds }) => holds === true)
  const found = sure.length > 0 ? sure : judged.filter(({ holds, matched }) => holds === null && matched > 0)
  return {
    certain: sure.length > 0,
    causes: found.map(({ row }) => ({ code: row.code, text: row.cause(evidence), next: row.next(evidence) })),
  }
}

/** One phrase: causes with what to do in brackets; empty where there are none. */
export function phraseDiagnosis({ certain, causes }: Diagnosis, evidence: FallbackEvidence): string {
  const each = causes.map(({ text, next }) => `${text} (${next})`)
  if (each.length === 0) return ''
  const open = each.length === 1 ? 'possibly' : 'one of these, which the counters do not tell apart'
  return (certain ? each.join('; and ') : `${open}: ${each.join('; or ')}`) + othersMeanwhile(evidence)
}

/** Counters are the host's: a second connection in the same time makes them say less of the first. */
function othersMeanwhile({ server, client }: FallbackEvidence): string {
  const opened = (client.counters['MPCapableSYNTX'] ?? 0) + (client.counters['MPCapableSYNTXDisabled'] ?? 0)
  const taken = server.counters['MPCapableSYNRX'] ?? 0
  const busy = [...(opened > 1 ? [client.name] : []), ...(taken > 1 ? [server.name] : [])]
  return busy.length === 0 ? '' : `; other MPTCP connections on ${busy.join(' and ')} meanwhile make this less certain`
}

interface Counters {
  server: MibCounters
  client: MibCounters
}

/** The counters of both ends, with the differences that rows speak of where both of their sides are known. */
function withDerived({ server, client }: FallbackEvidence): Counters {
  return {
    client: {
      ...client.counters,
      ...difference('unanswered', client.counters['MPJoinSynTx'], client.counters['MPJoinSynAckRx']),
    },
    server: {
      ...server.counters,
      ...difference('unseen', client.counters['MPJoinSynTx'], server.counters['MPJoinSynRx']),
      ...difference('unfinished', server.counters['MPJoinSynRx'], server.counters['MPJoinAckRx']),
    },
  }
}

function difference(name: string, from: number | undefined, what: number | undefined): MibCounters {
  return from === undefined || what === undefined ? {} : { [name]: from - what }
}

function judge(
  row: CauseRow,
  evidence: FallbackEvidence,
  { server, client }: Counters,
): { holds: boolean | null; matched: number } {
  const seen = [
    ...gained(row.client?.some, client, true),
    ...gained(row.client?.none, client, false),
    ...gained(row.server?.some, server, true),
    ...gained(row.server?.none, server, false),
  ]
  const facts = row.when === undefined ? true : row.when(evidence)
  return { holds: all(...seen, facts), matched: seen.filter((value) => value === true).length }
}

/** A name that is missing is unknown on that kernel: null. */
function gained(names: readonly string[] = [], counters: MibCounters, wanted: boolean): (boolean | null)[] {
  return names.map((name) => {
    const value = counters[name]
    return value === undefined ? null : value > 0 === wanted
  })
}
