/** The real ansible-core and we read the same of an inventory, or both refuse it. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { listInventory } from '../../src/inventory/show.ts'
import { argsOf, makeCase, topics } from './referee-cases.ts'
import type { Referee } from './referee.ts'
import { answerOf, hasAnsible, skipped, startReferee } from './referee.ts'
import { readArgs } from './vault-args.ts'

async function ours(cwd: string, args: readonly string[]): Promise<unknown> {
  try {
    const { inventories, vault } = readArgs(cwd, args)
    // Where no playbook says otherwise, ansible-inventory takes the working directory for its folder.
    const inventory = await loadInventory(inventories, cwd, ['.'], vault)
    return listInventory(inventory, [...inventory.hosts.values()])
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    for (const { source } of error.diagnostics) expect(source).not.toBeNull()
    return 'refused'
  }
}

describe.runIf(hasAnsible)(`read as ansible-core reads it${skipped}`, () => {
  let referee: Referee
  beforeAll(() => {
    referee = startReferee()
  })
  afterAll(() => referee.close())
  afterEach(() => void vi.unstubAllEnvs())

  describe.each(topics)('$topic', ({ cases }) => {
    it.each(cases)('$name', async (each) => {
      const args = argsOf(each)
      const dir = makeCase(each)
      const verdict = await referee.ask(dir, [...args, '--list'])
      const theirs = answerOf(verdict)
      for (const [name, value] of Object.entries(each.env ?? {})) vi.stubEnv(name, value)
      const answer = await ours(dir, args)
      if (each.differs === undefined) expect(answer, verdict.stderr).toEqual(theirs)
      else {
        expect(answer).toEqual(each.ours)
        expect(theirs, 'this difference is none').not.toEqual(each.ours)
      }
    })
  })
})
