/** What is known of a kept run, finished or cut off: of each host what was done, what was not, and what is unknown. */
import type { ChangeStatus, HostReport, HostStatus } from '../model/report.ts'
import type { JournalEntry } from './journal.ts'

export interface RunState {
  runId: string
  command: string
  startedAt: string
  /** Null where the run ended without a word: it was killed, or the machine went down. */
  endedAt: string | null
  exitCode: number | null
  request: Extract<JournalEntry, { type: 'run-started' }>['request']
  hosts: HostRunState[]
}

export interface HostRunState {
  name: string
  status: HostStatus
  changes: ChangeState[]
  error: HostReport['error']
  /** Records that the host may still keep of applies whose end nobody saw. */
  open: string[]
  /** Guard time in seconds of an apply whose end nobody saw; null: it had none. */
  guard: number | null
}

/** `key`: of an opaque task, see journal.ts. */
export interface ChangeState {
  key?: string | undefined
  task: string
  fact: string
  summary: string
  status: ChangeStatus
}

/** From a journal's entries. Null where there is not even a beginning. */
export function runState(entries: readonly JournalEntry[]): RunState | null {
  const [first] = entries
  if (first?.type !== 'run-started') return null
  const hosts = new Map(first.hosts.map((name): [string, HostRunState] => [name, newHost(name)]))
  for (const entry of entries) {
    if (!('host' in entry)) continue
    const host = hosts.get(entry.host) ?? newHost(entry.host)
    hosts.set(entry.host, host)
    take(host, entry)
  }
  const end = entries.findLast((entry) => entry.type === 'run-finished') ?? null
  return {
    runId: first.runId,
    command: first.command,
    startedAt: first.at,
    endedAt: end?.at ?? null,
    exitCode: end?.exitCode ?? null,
    request: first.request,
    hosts: [...hosts.values()],
  }
}

function newHost(name: string): HostRunState {
  return { name, status: 'not-started', changes: [], error: null, open: [], guard: null }
}

function take(host: HostRunState, entry: Extract<JournalEntry, { host: string }>): void {
  switch (entry.type) {
    case 'apply-started': {
      host.status = 'unknown'
      host.open.push(entry.attempt)
      host.guard = entry.guard
      host.changes.push(
        ...entry.changes.map(({ key, task, fact, summary }): ChangeState => ({
          key,
          task,
          fact,
          summary,
          status: 'unknown',
        })),
      )
      break
    }
    case 'commit-started': {
      break
    }
    case 'apply-finished': {
      const begun = host.changes.slice(-entry.changes.length)
      for (const [index, { status }] of entry.changes.entries()) if (begun[index]) begun[index].status = status
      if (entry.changes.some(({ status }) => status === 'unknown')) break
      host.open.pop()
      host.guard = null
      host.status = statusOf(entry.changes.map(({ status }) => status))
      break
    }
    case 'host-finished': {
      host.status = entry.status
      host.error = entry.error
      if (entry.status !== 'unknown') host.open = []
      break
    }
    default: {
      entry satisfies never
    }
  }
}

/** What a host's changes make of it where nothing else is said. */
function statusOf(statuses: readonly ChangeStatus[]): HostStatus {
  if (statuses.includes('failed')) return 'failed'
  if (statuses.includes('done')) return 'changed'
  return statuses.includes('rolled-back') ? 'rolled-back' : 'not-started'
}
