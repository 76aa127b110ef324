/** README's table of the guide's steps, and the walk of test/lab/guide.test.ts that does each of them, hold together. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { commands } from '../src/cli/commands.ts'
import { modules } from '../src/modules/registry.ts'
import { guideTable, loadWalk, toolsOf } from './support/guide-walk.ts'

const rows = guideTable()
const walk = loadWalk()

/** What a row is called: its first cell up to its bracket. */
const nameOf = (cell: string): string => cell.split(' (')[0]!

/** First words between backticks: modules, commands and playbooks among them. */
const named = (cell: string): string[] => Array.from(cell.matchAll(/`([\w./-]+)[^`]*`/g), ([, word = '']) => word)

describe('from the guide to the tool', () => {
  it('is a table of some length', () => {
    expect(rows.length).toBeGreaterThan(15)
    expect(walk.length).toBeGreaterThanOrEqual(rows.length)
  })

  it('has the rows that the walk goes, in the same order', () => {
    expect([...new Set(walk.map(({ row }) => row))]).toEqual(rows.map(({ step }) => nameOf(step)))
  })

  it.each(walk)('$row: $step: by what its row names', (step) => {
    const row = rows.find((one) => nameOf(one.step) === step.row)
    for (const tool of toolsOf(step)) expect(named(row?.tool ?? '')).toContain(tool)
  })

  it.each(rows)('$step: names modules, commands and playbooks that there are', ({ tool }) => {
    const tasks = named(tool).filter((word) => /^(?:mptcp|nm)_/.test(word))
    expect(tasks.filter((word) => !modules.has(word))).toEqual([])
    const spoken = Array.from(tool.matchAll(/command `(\w+)/g), ([, word]) => word)
    expect(spoken.filter((word) => !commands.some(({ name }) => name === word))).toEqual([])
    for (const word of named(tool).filter((one) => one.startsWith('playbooks/'))) {
      expect(readFileSync(new URL(`../${word}`, import.meta.url), 'utf8')).toContain('hosts:')
    }
  })
})
