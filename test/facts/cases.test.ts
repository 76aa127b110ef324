/** Every fact's parser over outputs in test/cases/facts/NAME.yml, named as the fact's file. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Fact, ProbeOutput } from '../../src/model/fact.ts'
import { FactUnreadable } from '../../src/model/fact.ts'
import { CASES_FOLDER, loadFactFiles } from './fact-files.ts'

const caseFile = z.array(
  z.strictObject({
    name: z.string(),
    /** For facts that take one. */
    argument: z.string().optional(),
    stdout: z.string(),
    stderr: z.string().default(''),
    rc: z.number().default(0),
    value: z.unknown().optional(),
    /** Message of FactUnreadable, in place of a value. */
    unreadable: z.string().optional(),
  }),
)

const factFiles = await loadFactFiles()

describe.each(readdirSync(CASES_FOLDER))('%s', (file) => {
  const makeFact = factFiles.get(file.replace(/\.yml$/, ''))
  const cases = caseFile.parse(parse(readFileSync(new URL(file, CASES_FOLDER), 'utf8')))

  it.each(cases)('$name', ({ argument, stdout, stderr, rc, value, unreadable }) => {
    const fact = makeFact!(argument ?? '')
    const expected = unreadable === undefined ? { value } : { unreadable }
    expect(outcome(fact, { stdout, stderr, rc })).toEqual(expected)
  })
})

function outcome(fact: Fact, output: ProbeOutput): { value: unknown } | { unreadable: string } {
  try {
    return { value: fact.parse(output) }
  } catch (error) {
    if (!(error instanceof FactUnreadable)) throw error
    return { unreadable: error.message }
  }
}
