/** What `runs show` says of a run whose folder this is. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { RunState } from '../../src/store/run-state.ts'
import { run } from '../../src/lab/run.ts'
import { MAIN } from './controller.ts'

/** The host's part of the first run in the folder; null: no run is kept there. */
export async function shownRun(folder: string, host: string): Promise<RunState['hosts'][number] | null> {
  const runs = path.join(folder, '.mptcp-fleet/runs')
  const [first] = existsSync(runs) ? readdirSync(runs).toSorted() : []
  if (first === undefined) return null
  const argv = [process.execPath, MAIN, 'runs', 'show', first, '--output', 'json']
  const { rc, stdout, stderr } = await run(['env', '-C', folder, ...argv])
  if (rc !== 0) throw new Error(`runs show ${first} ended with ${rc}: ${stderr}`)
  const state = JSON.parse(stdout) as RunState
  return state.hosts.find(({ name }) => name === host) ?? null
}
