/** Every fact's parser over outputs in test/cases/facts/NAME.yml, named as the fact's file. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { facts, factsWithArguments } from '../../src/facts/registry.ts'
import type { Fact, ProbeOutput } from '../../src/model/fact.ts'
import { FactUnreadable } from '../../src/model/fact.ts'
import { CASES_FOLDER, loadFactFiles } from './fact-files.ts'

const caseFile = z.array(
  z.strictObject({
    name: z.string(),
    /** For facts that take one. */
    argument: z.string().optional(),
    stdout: z.string().optional(),
    /** In place of stdout: what the fact itself has as its example, which is what its documentation shows. */
    example: z.literal(true).optional(),
    stderr: z.string().default(''),
    rc: z.number().default(0),
    value: z.unknown().optional(),
    /** A part of the value, where the whole would be long. */
    part: z.record(z.string(), z.unknown()).optional(),
    /** Message of FactUnreadable, in place of a value. */
    unreadable: z.string().optional(),
  }),
)

const factFiles = await loadFactFiles()

describe.each(readdirSync(CASES_FOLDER))('%s', (file) => {
  const makeFact = factFiles.get(file.replace(/\.yml$/, ''))
  const cases = caseFile.parse(parse(readFileSync(new URL(file, CASES_FOLDER), 'utf8')))

  it.each(cases)('$name', ({ argument, example, stderr, rc, value, part, unreadable, ...given }) => {
    const fact = makeFact!(argument ?? '')
    expect([example, given.stdout].filter((text) => text !== undefined)).toHaveLength(1)
    const found = outcome(fact, { stdout: given.stdout ?? fact.example, stderr, rc })
    if (part !== undefined) expect(found).toMatchObject({ value: part })
    else expect(found).toEqual(unreadable === undefined ? { value } : { unreadable })
  })

  it('holds the example of the fact to its value, once', () => {
    const shown = cases.filter(({ example }) => example)
    expect(shown).toHaveLength(1)
    const { key } = makeFact!(shown[0]?.argument ?? '')
    const samples = factsWithArguments.map(({ sample }) => sample.key)
    expect([...facts.keys(), ...samples]).toContain(key)
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
