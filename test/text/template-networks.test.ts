/** Filters of ansible.utils, whose answers come from its documentation: the collection is no part of ansible-core. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { evaluateExpression } from '../../src/text/template.ts'
import { TOPICS } from '../../src/text/template/table.ts'

const cases = parse(readFileSync('test/cases/text/networks.yml', 'utf8')) as Record<string, unknown>

test('each filter has cases', () => {
  const { rows } = TOPICS.find(({ title }) => title === 'Networks')!
  for (const { name } of rows) {
    const own = Object.keys(cases).filter((expression) => new RegExp(`\\|\\s*[\\w.]*\\b${name}\\b`).test(expression))
    expect(own.length, name).toBeGreaterThanOrEqual(2)
  }
})

test.each(Object.entries(cases))('%s', (expression, value) => {
  expect(evaluateExpression(expression, {})).toEqual(value)
})
