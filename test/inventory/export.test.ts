/** What `ansible-inventory --list` prints is read back as what it was printed of: so it can stand for whatever only Ansible reads. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import { listInventory } from '../../src/inventory/show.ts'
import { makeFiles } from './files.ts'
import { argsOf, makeCase, topics } from './referee-cases.ts'
import type { Referee } from './referee.ts'
import { hasAnsible, skipped, startReferee } from './referee.ts'

describe.runIf(hasAnsible)(`an export by ansible-inventory${skipped}`, () => {
  let referee: Referee
  beforeAll(() => {
    referee = startReferee()
  })
  afterAll(() => referee.close())

  // Vaults need passwords, and what we deliberately read otherwise we do in exports, too.
  const exported = topics.filter(({ topic }) => topic !== 'vault' && topic !== 'differences')
  it.each(exported)('of $topic is what it was exported from', async ({ cases }) => {
    let read = 0
    for (const each of cases) {
      const { status, stdout } = await referee.ask(makeCase(each), [...argsOf(each), '--list'])
      if (status !== 0) continue
      const dir = makeFiles({})
      writeFileSync(join(dir, 'export.json'), stdout)
      const inventory = await loadInventory(['export.json'], dir)
      expect(listInventory(inventory, [...inventory.hosts.values()]), each.name).toEqual(JSON.parse(stdout))
      read++
    }
    expect(read).toBeGreaterThan(0)
  })
})
