/** Controls that a profile says as an expression, over cases in test/cases/own-controls.yml. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import * as z from 'zod'
import { evaluateHost } from '../../src/audit/evaluate.ts'
import type { Profile } from '../../src/audit/profile.ts'
import { assembleProfile, parseProfileFile } from '../../src/audit/profile.ts'
import { controls } from '../../src/audit/registry.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { parseYaml } from '../../src/text/yaml.ts'

const caseFile = z.array(
  z.strictObject({
    name: z.union([z.string(), z.boolean()]),
    own: z.record(z.string(), z.unknown()),
    /** Facts of the host by key. */
    have: z.record(z.string(), z.unknown()).optional(),
    status: z.enum(['pass', 'fail', 'error']).optional(),
    reason: z.string().optional(),
    evidence: z.array(z.string()).optional(),
    /** Part of each diagnostic, in their order. */
    refused: z.array(z.string()).optional(),
  }),
)

const cases = caseFile.parse(
  parse(readFileSync(new URL('../cases/own-controls.yml', import.meta.url), 'utf8'), { merge: true }),
)

/** The profiles in YAML, the outermost first. */
function assemble(...texts: string[]): { profile: Profile } | { diagnostics: Diagnostic[] } {
  const files = texts.map((text, index) => parseProfileFile(parseYaml(text, `p${index}.yml`).node!))
  const wrong = files.flatMap((file) => ('diagnostics' in file ? file.diagnostics : []))
  return wrong.length > 0 ? { diagnostics: wrong } : assembleProfile(files as never, controls)
}

const profileOf = (id: string, own: unknown): string => stringify({ name: 'p', title: 'P', controls: { [id]: own } })

function said(made: ReturnType<typeof assemble>): string[] {
  if (!('diagnostics' in made)) return []
  return made.diagnostics.map(({ summary, hint, source }) => {
    expect([source?.file, source?.line]).toEqual(['p0.yml', expect.any(Number)])
    return hint === '' ? summary : `${summary} (${hint})`
  })
}

describe('a control of one’s own', () => {
  test.each(cases)('$name', ({ own, have = {}, status, reason, evidence, refused }) => {
    const made = assemble(profileOf('own', own))
    if (refused !== undefined) {
      expect(said(made)).toEqual(refused.map((part) => expect.stringContaining(part)))
      return
    }
    expect(said(made)).toEqual([])
    const { profile } = made as { profile: Profile }
    const read = (key: string) =>
      key in have ? { ok: true as const, value: have[key] } : { ok: false as const, reason: 'not given', hint: '' }
    const [result] = evaluateHost(profile, read, () => null)
    expect(result).toMatchObject({ status, failing: status !== 'pass', remedy: null })
    if (reason !== undefined) expect(result?.reason).toBe(reason)
    const seen = result?.evidence.map(({ kind, fact, value }) => `${kind} ${fact} = ${JSON.stringify(value)}`)
    if (evidence !== undefined) expect(seen).toEqual(evidence)
  })

  const own = cases[0]!.own

  test('comes after those that are built in, is re-graded and left out by profiles that extend its own', () => {
    const base = `name: b\ntitle: B\ncontrols: { site: ${JSON.stringify(own)}, scheduler: {} }\n`
    const extended = (choice: string) =>
      assemble(`name: p\ntitle: P\nextends: p1.yml\ncontrols: { site: ${choice} }\n`, base)
    const graded = extended('{ severity: high, required: true }')
    expect(
      'profile' in graded &&
        graded.profile.controls.map(({ control, severity, required }) => [control.id, severity, required]),
    ).toEqual([
      ['scheduler', 'medium', false],
      ['site', 'high', true],
    ])
    const without = extended('off')
    expect('profile' in without && without.profile.controls.map(({ control }) => control.id)).toEqual(['scheduler'])
  })

  test('has an id that is free, and one that reports can hold', () => {
    expect(said(assemble(profileOf('scheduler', own)))).toEqual([
      '"scheduler" is built in and takes no title (give a control of your own another id)',
    ])
    expect(said(assemble(profileOf('My Control', own)))).toEqual([expect.stringContaining('"My Control" is no id')])
  })

  test('is told with its place in the file', () => {
    const text = `name: p\ntitle: P\ncontrols:\n  own:\n    title: T\n    rationale: R\n    severity: low\n    facts:\n      s: sysctl\n      x: limit\n    expression: t.a == 1\n`
    const made = assemble(text)
    const places = 'diagnostics' in made ? made.diagnostics.map(({ source }) => [source?.line, source?.column]) : []
    expect(places).toEqual([
      [10, 10],
      [11, 17],
    ])
  })
})
