/** Inventories and patterns made at random: the real ansible-core and we read the same of them, or both refuse. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import { limitHosts, selectHosts } from '../../src/inventory/select.ts'
import { makeFiles } from './files.ts'
import { ours, RUNS } from './generated.ts'
import { iniTexts } from './ini-texts.ts'
import { PATTERN_INVENTORY, patterns } from './pattern-texts.ts'
import type { Referee } from './referee.ts'
import { answerOf, hasAnsible, skipped, startReferee } from './referee.ts'
import { yamlTexts } from './yaml-texts.ts'

describe.runIf(hasAnsible)(`generated, beside ansible-core${skipped}`, { timeout: 600_000 }, () => {
  let referee: Referee
  beforeAll(() => {
    referee = startReferee()
  })
  afterAll(() => referee.close())

  it.each([
    ['hosts.ini', 'ini', iniTexts],
    ['hosts.yml', 'yaml', yamlTexts],
  ] as const)('inventories in %s', async (file, plugin, texts) => {
    const dir = makeFiles({})
    let read = 0
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        writeFileSync(join(dir, file), text)
        const answer = await ours(dir, file)
        if (answer === null) return
        if (answer !== 'refused') read++
        const verdict = await referee.ask(dir, ['-i', file, '--list'], [plugin])
        expect(answer, verdict.stderr).toEqual(answerOf(verdict))
      }),
      { numRuns: RUNS },
    )
    expect(read).toBeGreaterThan(RUNS / 5)
  })

  it('patterns, with and without a limit', async () => {
    const dir = makeFiles({ hosts: PATTERN_INVENTORY })
    const inventory = await loadInventory(['hosts'], dir)
    await fc.assert(
      fc.asyncProperty(patterns, fc.option(patterns), async (pattern, limit) => {
        const verdict = await referee.hosts(dir, ['hosts'], pattern, limit)
        const meant = selectHosts(inventory, pattern, null)
        const allowed = limit === null ? null : limitHosts(inventory, limit)
        const wrong = [...meant.diagnostics, ...(allowed?.diagnostics ?? [])].some(
          // A name that is nowhere is a mistake to us, and nobody to Ansible.
          ({ severity, code }) => severity === 'error' && code !== 'unknown-host',
        )
        const names = meant.hosts.map(({ name }) => name)
        const left = names.filter((name) => allowed?.hosts.some((host) => host.name === name) ?? true)
        expect(wrong ? 'refused' : left, verdict.stderr).toEqual(answerOf(verdict))
      }),
      { numRuns: RUNS },
    )
  })
})
