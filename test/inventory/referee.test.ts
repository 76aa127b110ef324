/** The real ansible-core and we read the same of an inventory, or both refuse it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { listInventory } from '../../src/inventory/show.ts'
import { makeFiles } from './files.ts'
import type { Referee } from './referee.ts'
import { hasAnsible, skipped, startReferee } from './referee.ts'

interface Case {
  name: string
  ini?: string
  files?: Record<string, string>
  args?: string[]
}

const folder = join(import.meta.dirname, '../cases/referee')
const topics = readdirSync(folder).map((file) => ({
  topic: file.replace('.yml', ''),
  cases: parse(readFileSync(join(folder, file), 'utf8')) as Case[],
}))

async function ours(cwd: string, args: readonly string[]): Promise<unknown> {
  try {
    const inventory = await loadInventory(
      args.filter((word) => word !== '-i'),
      cwd,
    )
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

  describe.each(topics)('$topic', ({ cases }) => {
    it.each(cases)('$name', async ({ ini, files, args = ['-i', 'hosts'] }) => {
      const dir = makeFiles(files ?? { hosts: ini ?? '' })
      const verdict = await referee.ask(dir, [...args, '--list'])
      const theirs = verdict.status === 0 ? (JSON.parse(verdict.stdout) as unknown) : 'refused'
      expect(await ours(dir, args), verdict.stderr).toEqual(theirs)
    })
  })
})
