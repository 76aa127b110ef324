/** Removes runs that are kept. */
import { readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { syncFolder } from './durable.ts'
import { findFleetFolder } from './fleet-folder.ts'

/** Names of folders that are on their way out: nobody takes one for a run. */
const GOING = '.removed-'

/** Cut off half-way a run is there whole, or no run any more. Throws DiagnosticsError, and errors of the file system. */
export function removeRun(cwd: string, runId: string): void {
  const runs = findFleetFolder(cwd, 'runs')
  const folder = findFleetFolder(cwd, 'runs', runId)
  if (runs === null || folder === null) return
  const going = join(runs, `${GOING}${runId}`)
  rmSync(going, { recursive: true, force: true })
  renameSync(folder, going)
  syncFolder(runs)
  rmSync(going, { recursive: true, force: true })
}

/** What an earlier removal that was cut off left. */
export function removeRemains(cwd: string): void {
  const runs = findFleetFolder(cwd, 'runs')
  if (runs === null) return
  for (const name of readdirSync(runs).filter((one) => one.startsWith(GOING))) {
    rmSync(join(runs, name), { recursive: true, force: true })
  }
}
