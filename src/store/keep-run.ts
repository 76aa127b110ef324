/** Subscriber that keeps a run below `.mptcp-fleet/runs/RUNID/`: journal, undo/HOST.json, report.json. */
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { HostError } from '../model/errors.ts'
import type { Emit, RunEvent } from '../model/events.ts'
import { censorChange } from '../model/no-log.ts'
import type { RunReport } from '../model/report.ts'
import { SCHEMA_VERSION } from '../model/report.ts'
import { writeDurably } from './durable.ts'
import { hostFileName } from './file-name.ts'
import { fleetFolder } from './fleet-folder.ts'
import type { JournalEntry } from './journal.ts'
import { appendToJournal, createJournal } from './journal.ts'
import { refused } from './trust.ts'
import type { UndoRecord } from './undo-record.ts'
import { keptValue, undoSegment } from './undo-record.ts'

/**
 * Makes the run's folder and journal at once (throws DiagnosticsError where that fails: nothing has happened yet). Undo
 * record and journal entry of a host are on the disk before `apply-started` returns, hence before its first step runs;
 * where they cannot be written, a HostError is thrown into that host's pipeline, which then changes nothing.
 * `seal` encrypts undo records, which hold whole files. `resumed`: by host, the earlier run whose apply it is asked for;
 * what it says is added to the journal of that run.
 */
export function keepRun(
  cwd: string,
  runId: string,
  {
    seal,
    resumed = new Map(),
  }: {
    seal?: ((text: string) => string) | undefined
    resumed?: ReadonlyMap<string, { runId: string }> | undefined
  } = {},
): { folder: string; subscriber: Emit } {
  const folder = fleetFolder(cwd, 'runs', runId)
  const undoFolder = fleetFolder(cwd, 'runs', runId, 'undo')
  const journal = createJournal(join(folder, 'journal.ndjson'))
  const records = new Map<string, UndoRecord>()
  const writeRecord = (record: UndoRecord): void => {
    const text = `${JSON.stringify(record, null, 2)}\n`
    writeDurably(join(undoFolder, `${hostFileName(record.host)}.json`), seal === undefined ? text : seal(text))
  }
  return {
    folder,
    subscriber: (event) => {
      if (event.type === 'apply-started') {
        const { host, address, become, changes } = event
        const record = records.get(host) ?? {
          schemaVersion: SCHEMA_VERSION,
          runId,
          host,
          address,
          become,
          segments: [],
        }
        record.segments.push(undoSegment(changes, new Date(), seal !== undefined))
        records.set(host, record)
        before('undo record', () => writeRecord(record))
      }
      if (event.type === 'apply-finished') {
        const record = records.get(event.host)
        const last = record?.segments.at(-1)?.changes ?? []
        let isNews = false
        for (const [index, value] of event.observed.entries()) {
          const change = last[index]
          if (value === undefined || change === undefined) continue
          const observed = keptValue(value, seal !== undefined)
          if (isDeepStrictEqual(observed, change.after)) continue
          change.observed = observed
          isNews = true
        }
        if (record !== undefined && isNews) writeRecord(record)
      }
      const earlier = event.type === 'recovered' ? resumed.get(event.host) : undefined
      if (event.type === 'recovered' && earlier !== undefined) {
        const { host, changes } = event
        const entry: JournalEntry = { type: 'apply-finished', at: new Date().toISOString(), host, changes }
        appendToJournal(join(fleetFolder(cwd, 'runs', earlier.runId), 'journal.ndjson'), entry)
      }
      const entry = entryOf(event)
      if (entry === null) return
      // What has happened cannot be called off: where its entry cannot be written, the store says so and the run goes on.
      if (event.type === 'run-started') beforeAll(() => journal.append(entry))
      else if (event.type === 'apply-started') before('journal', () => journal.append(entry))
      else journal.append(entry)
      if (event.type === 'run-finished') {
        journal.close()
        writeReport(join(folder, 'report.json'), event.report)
      }
    },
  }
}

function entryOf(event: RunEvent): JournalEntry | null {
  const at = new Date().toISOString()
  switch (event.type) {
    case 'run-started': {
      const { runId, command, hosts, request } = event
      return { type: 'run-started', at, runId, command, hosts, request: request ?? null }
    }
    case 'apply-started': {
      const { host, attempt, guard } = event
      const changes = event.changes.map(censorChange).map(({ task, module, fact, summary, key }) => ({
        task,
        module,
        fact,
        summary,
        ...(key === undefined ? {} : { key }),
      }))
      return { type: 'apply-started', at, host, attempt, guard, changes }
    }
    case 'commit-started': {
      return { type: 'commit-started', at, host: event.host }
    }
    case 'apply-finished': {
      return { type: 'apply-finished', at, host: event.host, changes: event.changes }
    }
    case 'host-finished': {
      const { name, status, error } = event.host
      return { type: 'host-finished', at, host: name, status, error }
    }
    case 'run-finished': {
      return { type: 'run-finished', at, exitCode: event.report.exitCode }
    }
    case 'play-started':
    case 'host-phase':
    case 'plan-ready':
    case 'change-finished':
    case 'recovered':
    case 'trial-started':
    case 'trial-finished':
    case 'audit-finished': {
      return null
    }
  }
}

function writeReport(path: string, report: RunReport): void {
  try {
    writeDurably(path, `${JSON.stringify(report, null, 2)}\n`)
  } catch (error) {
    throw new Error(`the report cannot be kept in ${path}: ${(error as Error).message}`, { cause: error })
  }
}

/** Does what must be on the disk before anything begins: without it nobody could tell later that there was a run. */
function beforeAll(write: () => void): void {
  try {
    write()
  } catch (error) {
    throw refused(
      `the journal cannot be written: ${(error as Error).message}`,
      'make room on this machine; nothing was done',
    )
  }
}

/** Does what must be on the disk before a host is changed. */
function before(what: string, write: () => void): void {
  try {
    write()
  } catch (error) {
    throw new HostError('failed', 'undo-record', `the ${what} cannot be written: ${(error as Error).message}`, {
      hint: 'nothing was changed on this host; make room on this machine and run again',
    })
  }
}
