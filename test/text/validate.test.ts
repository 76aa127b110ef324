import { expect, test } from 'vitest'
import * as z from 'zod'
import { Secret } from '../../src/model/secret.ts'
import { validateNode } from '../../src/text/validate.ts'
import { parseYaml } from '../../src/text/yaml.ts'
import { describeValue } from '../../src/text/zod-issue.ts'
import { keysAt } from '../../src/text/zod-shape.ts'

const schema = z.strictObject({
  subflows: z.int().min(0).max(8).optional(),
  state: z.enum(['present', 'absent']).default('present'),
  names: z.array(z.string().min(1)).min(1).optional(),
  client: z.union([z.string(), z.array(z.string())]).optional(),
  paths: z
    .array(
      z.union([z.strictObject({ network: z.string() }), z.strictObject({ server: z.string(), client: z.string() })]),
    )
    .optional(),
  values: z.record(z.string(), z.number()).optional(),
  even: z
    .number()
    .refine((n) => n % 2 === 0, 'Must be even')
    .optional(),
})

function check(text: string): unknown {
  const { node } = parseYaml(text, 'p.yml')
  const result = validateNode(schema, node!, 'm')
  if ('value' in result) return result.value
  return result.diagnostics.map((d) => `${d.source?.line}:${d.source?.column}: ${d.summary}`)
}

test('defaults are applied', () => {
  expect(check('subflows: 2')).toEqual({ subflows: 2, state: 'present' })
})

test.each([
  ['subflow: 2', ['1:1: m.subflow: unknown key, did you mean "subflows"?']],
  ['zzz: 2', ['1:1: m.zzz: unknown key']],
  ['subflows: "2"', ['1:11: m.subflows: expected a number, got text "2"']],
  ['subflows: 1.5', ['1:11: m.subflows: expected a whole number, got the number 1.5']],
  ['subflows: 9', ['1:11: m.subflows: must be at most 8, got the number 9']],
  ['subflows: yes', ['1:11: m.subflows: expected a number, got yes (true)']],
  ['state: presnt', ['1:8: m.state: expected one of present, absent, got text "presnt", did you mean "present"?']],
  ['names: []', ['1:8: m.names: must not be empty']],
  ['names: [a, ""]', ['1:12: m.names[1]: must not be empty']],
  ['client: 3', ['1:9: m.client: expected text or a list, got the number 3']],
  ['client: [3]', ['1:10: m.client[0]: expected text, got the number 3']],
  ['paths: [{netwrk: a}]', ['1:10: m.paths[0].netwrk: unknown key, did you mean "network"?']],
  ['values: {a: x}', ['1:13: m.values.a: expected a number, got text "x"']],
  ['even: 3', ['1:7: m.even: must be even']],
  ['[1]', ['1:1: m: expected a mapping, got a list']],
  [
    'subflow: 1\nstate: x',
    [
      '2:8: m.state: expected one of present, absent, got text "x"',
      '1:1: m.subflow: unknown key, did you mean "subflows"?',
    ],
  ],
])('%s', (text, expected) => {
  expect(check(text)).toEqual(expected)
})

test('a secret is never shown', () => {
  expect(describeValue(new Secret('s3cret'))).toBe('a secret')
})

test('keys are found behind wrappers', () => {
  const wrapped = z.preprocess((v) => v, schema.optional()).nullable()
  expect(keysAt(wrapped, [])).toContain('subflows')
  expect(keysAt(wrapped, ['paths', 0])).toEqual(['network', 'server', 'client'])
  expect(keysAt(wrapped, ['values', 'x'])).toEqual([])
})

function complaints(shape: z.ZodType, text: string): string[] {
  const result = validateNode(shape, parseYaml(text, 'p.yml').node!, 'm')
  return 'value' in result ? [] : result.diagnostics.map((d) => `${d.summary} ${d.hint}`.trim())
}

test('a rule about the whole is not judged where one of its keys is misspelt', () => {
  const one = z.strictObject({ size: z.int().optional() }).refine((value) => value.size !== undefined, 'give size')
  expect(complaints(one, '{}')).toEqual(['m: give size'])
  expect(complaints(one, 'sise: 1')).toEqual(['m.sise: unknown key, did you mean "size"?'])
})

test('a number or boolean in quotes is told from other text', () => {
  const expected = 'm.subflows: expected a number, got text'
  expect(complaints(schema, 'subflows: "2"')).toEqual([`${expected} "2" write it without quotes`])
  const large = `${expected} "9007199254740993" whole numbers are read up to 9007199254740991`
  expect(complaints(schema, 'subflows: 9007199254740993')).toEqual([large])
  expect(complaints(schema, 'subflows: two')).toEqual([`${expected} "two"`])
})
