/** What every module must do on real hosts: plan touches nothing, apply converges, again is nothing, undo restores. */
import { expect } from 'vitest'
import type { Lab } from '../../../src/lab/lab.ts'
import type { RunReport } from '../../../src/model/report.ts'
import type { workFolder } from './cli.ts'
import { reported } from './cli.ts'
import { undoRun } from './undo.ts'

export interface RoundTrip {
  /** Hosts of the play. */
  hosts: string
  tasks: Record<string, unknown>[]
  /** A shell line that must succeed on this host after apply. */
  shows: [string, string][]
  /** Facts that change, in their order; over all hosts. */
  facts?: string[]
  /** After undo the state is as before; false where a step cannot be taken back. */
  undone?: boolean
}

/** A playbook of one play, written to the work folder. */
export function playbookOf(work: ReturnType<typeof workFolder>, hosts: string, tasks: unknown[]): string {
  return work.write('case.yml', JSON.stringify([{ hosts, become: true, tasks }]))
}

/** All facts that a run changed, or would. */
export function changedFacts(report: RunReport): string[] {
  return report.hosts.flatMap((host) => host.changes.map(({ fact }) => fact))
}

/** Goes the whole way on a lab; `state` is a shell text that prints everything that may change. */
export async function roundTrip(
  lab: Lab,
  work: ReturnType<typeof workFolder>,
  state: string,
  item: RoundTrip,
): Promise<void> {
  const read = async (): Promise<string[]> =>
    await Promise.all(lab.hosts.map(async ({ name }) => (await lab.exec(name, state)).stdout))
  const before = await read()
  const args = ['-i', lab.inventoryFile, playbookOf(work, item.hosts, item.tasks)]
  const planned = await reported(work.folder, ['plan', ...args, '--detailed-exitcode'])
  expect(planned.code, planned.stdout + planned.stderr).toBe(3)
  expect(await read()).toEqual(before)

  const applied = await reported(work.folder, ['apply', ...args, '--yes'])
  expect(applied.code, applied.stdout + applied.stderr).toBe(0)
  if (item.facts !== undefined) expect(changedFacts(applied.report)).toEqual(item.facts)
  for (const [host, line] of item.shows) expect(await lab.exec(host, line), line).toMatchObject({ rc: 0 })

  const again = await reported(work.folder, ['apply', ...args, '--yes'])
  expect({ code: again.code, changes: changedFacts(again.report) }).toEqual({ code: 0, changes: [] })
  expect(again.report.hosts.map((host) => host.metrics.execs)).toEqual(again.report.hosts.map(() => 1))

  await undoRun(work.folder, applied.report.runId, lab.inventoryFile)
  if (item.undone !== false) expect(await read()).toEqual(before)
}
