/** Generated files of the plugin `constructed`: ansible-core and we make the same of them, or both refuse them. */
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import { listInventory } from '../../src/inventory/show.ts'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { makeFiles } from './files.ts'
import { RUNS } from './generated.ts'
import type { Referee } from './referee.ts'
import { hasAnsible, skipped, startReferee } from './referee.ts'

const texts = ['', 'a', 'B-c', '1x', 'é', '[1]', 'True']
const lists = [[], ['a', ''], ['x', 3, null]]
const mappings = [{}, { k: 'v' }, { k: '', l: 'm' }, { 'x y': ['q'] }]
const value = fc.constantFrom<unknown>(...texts, ...lists, ...mappings, 0, 5, true, false, null)
const names = ['v1', 'v2', 'v3', 'nowhere']
const vars = fc.dictionary(fc.constantFrom('v1', 'v2', 'v3'), value)

const expression = fc.constantFrom(
  ...names.flatMap((name) => [name, `${name} | default('d')`, `${name} ~ '_z'`]),
  ...['v1 is defined and v1', 'v2 or v3', 'not v3', 'v1 == v2', "'a' in v1", 'v3 | length', '[v1, v2]', "{'m': v1}"],
  ...['group_names', 'inventory_hostname'],
)
const expressions = (...keys: string[]): fc.Arbitrary<object> =>
  fc.dictionary(fc.constantFrom(...keys), expression, { maxKeys: 2 })

/** Of two that exclude each other the file has one: we refuse both together whatever the hosts. */
const empty = fc.constantFrom({}, { default_value: 'dv' }, { trailing_separator: false }, { trailing_separator: true })
const keyed = fc
  .tuple(
    fc.record(
      {
        key: expression,
        prefix: fc.constantFrom('', 'p', 'x y'),
        separator: fc.constantFrom('', '-', '__'),
        parent_group: fc.constantFrom('', 'par', '{{ v1 }}', 'all', 'web'),
      },
      { requiredKeys: ['key'] },
    ),
    empty,
  )
  .map(([entry, other]) => ({ ...entry, ...other }))

const options = fc.record({
  strict: fc.constantFrom(false, false, false, true),
  leading_separator: fc.boolean(),
  compose: expressions('v1', 'c1', 'c2'),
  groups: expressions('g', 'web', '2h'),
  keyed_groups: fc.array(keyed, { maxLength: 2 }),
})

describe.runIf(hasAnsible)(`constructed as ansible-core does it${skipped}`, () => {
  let referee: Referee
  beforeAll(() => {
    referee = startReferee()
  })
  afterAll(() => referee.close())

  it('makes the same variables and groups', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(vars, { minLength: 1, maxLength: 3 }),
        vars,
        options,
        async (hosts, groupVars, made) => {
          const named = Object.fromEntries(hosts.map((own, i) => [`h${i}`, own]))
          const dir = makeFiles({
            'h.yml': JSON.stringify({ all: { children: { web: { vars: groupVars, hosts: named } } } }),
            'c.yml': JSON.stringify({ plugin: 'constructed', ...made }),
          })
          const { status, stdout, stderr } = await referee.ask(dir, ['-i', 'h.yml', '-i', 'c.yml', '--list'])
          const theirs: unknown = status === 0 ? JSON.parse(stdout) : 'refused'
          expect(await ours(dir), stderr).toEqual(theirs)
        },
      ),
      { numRuns: RUNS },
    )
  })
})

async function ours(dir: string): Promise<unknown> {
  try {
    const inventory = await loadInventory(['h.yml', 'c.yml'], dir)
    return listInventory(inventory, [...inventory.hosts.values()])
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    return 'refused'
  }
}
