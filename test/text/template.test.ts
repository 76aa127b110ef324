import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Secret } from '../../src/model/secret.ts'
import { hasTemplate, renderValue, TemplateError } from '../../src/text/template.ts'
import { parseYaml } from '../../src/text/yaml.ts'
import { toValue } from '../../src/text/yaml-node.ts'

interface Case {
  template: string
  is?: unknown
  says?: string
}

const { node } = parseYaml(readFileSync('test/cases/text/templates.yml', 'utf8'), 'templates.yml')
const { vars, cases } = toValue(node!) as { vars: Record<string, unknown>; cases: Case[] }

test.each(cases.filter((each) => each.says === undefined))('$template', ({ template, is }) => {
  expect(renderValue(template, vars)).toEqual(is)
})

test.each(cases.filter((each) => each.says !== undefined))('$template: $says', ({ template, says }) => {
  expect(() => renderValue(template, vars)).toThrow(TemplateError)
  expect(() => renderValue(template, vars)).toThrow(says)
})

test('templates are found at any depth, but not in secrets', () => {
  expect(hasTemplate({ a: [{ b: 'x{% y %}' }] })).toBe(true)
  expect(hasTemplate({ a: [{ b: '}} {' }, null, 1] })).toBe(false)
  expect(hasTemplate(new Secret('{{ x }}'))).toBe(false)
})

test('a secret stays a secret and can only stand alone', () => {
  const pw = new Secret('s3cret')
  const vars = { pw, other: '{{ pw }}', list: [pw] }
  expect(renderValue('{{ pw }}', vars)).toBe(pw)
  expect(renderValue({ a: ['{{ other }}'] }, vars)).toEqual({ a: [pw] })
  expect(renderValue('{{ nope | default(pw) }}', vars)).toBe(pw)
  for (const template of ['x{{ pw }}', '{{ pw ~ "x" }}', '{{ [pw] | join }}x', '{{ list | to_json }}']) {
    expect(() => renderValue(template, vars)).toThrow('a secret cannot be a part of other text')
  }
})

test('a failing filter does not break the next template', () => {
  for (let i = 0; i < 3; i++) expect(() => renderValue('{{ 1 | combine(2) }}', {})).toThrow(TemplateError)
  expect(renderValue('{{ 1 + 1 }}', {})).toBe(2)
})

test('what holds no template comes back as it is', () => {
  const plain = fc.anything({ withNullPrototype: false, maxDepth: 4 }).filter((v) => !hasTemplate(v))
  fc.assert(
    fc.property(plain, (value) => {
      expect(renderValue(value, {})).toBe(value)
    }),
  )
})

test('a variable named alone keeps its value, whatever it is', () => {
  const plain = fc.jsonValue().filter((v) => !hasTemplate(v))
  fc.assert(
    fc.property(plain, (v) => {
      expect(renderValue('{{ v }}', { v })).toEqual(v)
    }),
  )
})

test('text around an expression is kept to the letter', () => {
  const text = fc.string().filter((s) => !/[{}]/.test(s))
  fc.assert(
    fc.property(text, text, text, (before, v, after) => {
      fc.pre(before + after !== '')
      expect(renderValue(`${before}{{ v }}${after}`, { v })).toBe(before + v + after)
    }),
  )
})

function outcome(template: string, vars: Record<string, unknown>): unknown {
  try {
    return renderValue(template, vars)
  } catch (error) {
    return String(error)
  }
}

test('a default is what the engine would give, though it is not asked', () => {
  const name = fc.constantFrom('v', 'w', '_', 'self', 'caller', 'range', 'joiner', 'cycler', 'none', 'True', 'not', 'd')
  const literal = fc.oneof(
    fc.integer().map(String),
    fc.constantFrom("'a b'", '"it\'s"', "''", 'true', 'False', 'none', '1.5', '007', '[1]', "'\\n'", '999999999999999'),
  )
  const value = fc.oneof(fc.jsonValue(), fc.string(), fc.constant('{{ nope }}'), fc.constant('{{ w }}'))
  const given = fc.dictionary(fc.constantFrom('v', 'w', 'joiner', 'range'), value, { maxKeys: 2 })
  const filter = fc.constantFrom('default', 'd')
  fc.assert(
    fc.property(name, filter, literal, given, (name, filter, literal, vars) => {
      const expression = `${name} | ${filter}(${literal})`
      // Brackets change nothing but who answers.
      expect(outcome(`{{ ${expression} }}`, vars)).toEqual(outcome(`{{ (${expression}) }}`, vars))
    }),
    { numRuns: 500 },
  )
})

test.each([
  '{{ [1] * 100001 }}',
  '{{ [1] * 1000000000 }}',
  "{{ 'x' * 1000000000 }}",
  '{{ 1000 * 1000 * 1000 * [1] }}',
  '{{ [1] * 1000 * 1000 * 1000 }}',
  '{{ ([1] * 1000) * (1000 * n) }}',
  "{% set all = 'x' * n * n * n %}{{ all }}",
])('%s does not fill the memory', (template) => {
  expect(() => renderValue(template, { n: 1000 })).toThrow('the template repeats something too often')
})

test.each<[string, unknown]>([
  ['{{ n * 1048576 * 1024 }}', 1000 * 1048576 * 1024],
  ['{{ (1 + 2) * n | int }}', 3000],
  ['{{ -2 * -n }}', 2000],
  ["{{ ['ab' * 2, 'c' * (1 + 1)] | join('-') }}", 'abab-cc'],
  ["{{ 'a' ~ 'b' * 2 ~ 'c' }}", 'abbc'],
  ['{% for i in range(3) %}{{ i * 2 }}{% endfor %}', '024'],
  ['{{ n * xs[0] * d.k }}', 6000],
])('%s is a product as any', (template, expected) => {
  expect(renderValue(template, { n: 1000, xs: [3], d: { k: 2 } })).toBe(expected)
})
