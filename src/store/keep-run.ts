/** Subscriber that keeps a run below `.mptcp-fleet/runs/RUNID/`: undo/HOST.json before a host is changed, report.json. */
import { join } from 'node:path'
import { HostError } from '../model/errors.ts'
import type { Emit } from '../model/events.ts'
import type { RunReport } from '../model/report.ts'
import { SCHEMA_VERSION } from '../model/report.ts'
import { writeDurably } from './durable.ts'
import { hostFileName } from './file-name.ts'
import { fleetFolder } from './fleet-folder.ts'
import type { UndoRecord } from './undo-record.ts'
import { undoSegment } from './undo-record.ts'

/**
 * Makes the run's folder at once (throws DiagnosticsError where that fails: nothing has happened yet). The undo record
 * of a host is on the disk before `apply-started` returns, hence before its first step runs; where it cannot be written,
 * a HostError is thrown into that host's pipeline, which then changes nothing.
 */
export function keepRun(cwd: string, runId: string): { folder: string; subscriber: Emit } {
  const folder = fleetFolder(cwd, 'runs', runId)
  const undoFolder = fleetFolder(cwd, 'runs', runId, 'undo')
  const records = new Map<string, UndoRecord>()
  return {
    folder,
    subscriber: (event) => {
      if (event.type === 'apply-started') {
        const { host, address, changes } = event
        const record = records.get(host) ?? { schemaVersion: SCHEMA_VERSION, runId, host, address, segments: [] }
        record.segments.push(undoSegment(changes, new Date()))
        records.set(host, record)
        writeUndo(join(undoFolder, `${hostFileName(host)}.json`), record)
      } else if (event.type === 'run-finished') {
        writeReport(join(folder, 'report.json'), event.report)
      }
    },
  }
}

function writeReport(path: string, report: RunReport): void {
  try {
    writeDurably(path, `${JSON.stringify(report, null, 2)}\n`)
  } catch (error) {
    throw new Error(`the report cannot be kept in ${path}: ${(error as Error).message}`, { cause: error })
  }
}

function writeUndo(path: string, record: UndoRecord): void {
  try {
    writeDurably(path, `${JSON.stringify(record, null, 2)}\n`)
  } catch (error) {
    throw new HostError('failed', 'undo-record', `the undo record cannot be written: ${(error as Error).message}`, {
      hint: 'nothing was changed on this host; make room on this machine and run again',
    })
  }
}
