/** The real ansible-core and we make the same of every filter, test and method, or both refuse. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { parse } from 'yaml'
import { markUnsafe, unmarkUnsafe } from '../../src/model/unsafe.ts'
import { evaluateExpression, renderValue, TemplateError } from '../../src/text/template.ts'
import type { RowKind } from '../../src/text/template/table.ts'
import { rowsOf, TOPICS } from '../../src/text/template/table.ts'
import type { Referee } from '../inventory/referee.ts'
import { hasAnsible, skipped, startReferee } from '../inventory/referee.ts'

type Expressions = Record<string, string[]>

interface Topic {
  vars?: Record<string, unknown>
  /** Expressions that use each filter, test or method. */
  filter?: Expressions
  test?: Expressions
  method?: Expressions
  /** Expressions of the language itself, and whole templates. */
  expressions?: string[]
  templates?: string[]
  /** Where we differ, with our value and the reason. */
  differs?: { expression: string; ours: unknown; because: string }[]
}

const KINDS: readonly RowKind[] = ['filter', 'test', 'method']
const folder = join(import.meta.dirname, '../cases/referee-templates')
const topics = readdirSync(folder).map((file): [string, Topic] => [
  file,
  parse(readFileSync(join(folder, file), 'utf8')) as Topic,
])

/** Text that is a mark for hosts' own text, as a parser would have marked it. */
function marked(vars: Record<string, unknown> = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(vars).map(([name, value]) => [name, name.startsWith('unsafe') ? markUnsafe(value) : value]),
  )
}

function ours(work: () => unknown): unknown {
  try {
    return unmarkUnsafe(work())
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return 'refused'
  }
}

describe.runIf(hasAnsible)(`templates as ansible-core renders them${skipped}`, () => {
  let referee: Referee
  beforeAll(() => {
    referee = startReferee()
  })
  afterAll(() => referee.close())

  const theirs = async (template: string, vars: object): Promise<unknown> => {
    const { status, stdout } = await referee.template(template, vars)
    return status === 0 ? (JSON.parse(stdout) as unknown) : 'refused'
  }

  describe.each(topics)('%s', (_, topic) => {
    const { vars = {} } = topic
    const expressions = [
      ...KINDS.flatMap((kind) => Object.values(topic[kind] ?? {}).flat()),
      ...(topic.expressions ?? []),
    ]
    it.each(expressions)('%s', async (expression) => {
      const verdict = await theirs(`{{ ${expression} }}`, vars)
      expect(ours(() => evaluateExpression(expression, marked(vars)))).toEqual(verdict)
    })
    it.each(topic.templates ?? [])('%j', async (template) => {
      const verdict = await theirs(template, vars)
      expect(ours(() => renderValue(template, marked(vars)))).toEqual(verdict)
    })
    it.each(topic.differs ?? [])(
      '$expression: not the same, because $because',
      async ({ expression, ours: expected }) => {
        const verdict = await theirs(`{{ ${expression} }}`, vars)
        const value = ours(() => evaluateExpression(expression, marked(vars)))
        expect(value).toEqual(expected)
        expect(value).not.toEqual(verdict)
      },
    )
  })
})

test.each(KINDS)('every %s has an ordinary case and another, and every alias one', (kind) => {
  const cases = Object.assign({}, ...topics.map(([, topic]) => topic[kind] ?? {})) as Expressions
  // Answers of those are in networks.yml.
  const own = TOPICS.find(({ title }) => title === 'Networks')!.rows
  for (const { name, aliases = [] } of rowsOf(kind).filter((row) => !own.includes(row))) {
    const all = cases[name] ?? []
    expect(all.length, name).toBeGreaterThanOrEqual(2)
    for (const alias of aliases)
      expect(
        all.some((expression) => uses(expression, alias)),
        `${name}: ${alias}`,
      ).toBe(true)
    expect(
      all.every((expression) => [name, ...aliases].some((each) => uses(expression, each))),
      name,
    ).toBe(true)
  }
  const known = new Set(rowsOf(kind).map((row) => row.name))
  expect(Object.keys(cases).filter((name) => !known.has(name))).toEqual([])
})

function uses(expression: string, name: string): boolean {
  return expression.includes(name)
}
