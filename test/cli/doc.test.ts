import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import type { Flag } from '../../src/cli/command.ts'
import { commands } from '../../src/cli/commands.ts'
import { command } from '../../src/cli/commands/doc.ts'
import { dispatch } from '../../src/cli/dispatch.ts'
import type { ParamDoc } from '../../src/cli/doc/params.ts'
import { paramDocs } from '../../src/cli/doc/params.ts'
import { renderFact, renderIndex, renderModule } from '../../src/cli/doc/render.ts'
import { TEMPLATE_PAGES } from '../../src/cli/doc/templates.ts'
import { yamlLines } from '../../src/cli/doc/value.ts'
import { parseCommandLine } from '../../src/cli/parse.ts'
import { defineFact } from '../../src/facts/define.ts'
import { facts, factsWithArguments } from '../../src/facts/registry.ts'
import { defineModule } from '../../src/modules/define.ts'
import { ociSchema } from '../../src/inventory/oci/schema.ts'
import { modules } from '../../src/modules/registry.ts'
import { PLAIN } from '../../src/report/style.ts'
import { REFUSALS, rowsOf } from '../../src/text/template/table.ts'
import { examplePlaybooks, parseExample } from '../support/examples.ts'
import { testIo } from './test-io.ts'

const sample = defineModule({
  name: 'sample',
  summary: 'Does something.',
  description: 'At some length.',
  example: '- sample:\n    level: 3\n',
  params: z
    .strictObject({
      level: z.int().min(0).max(8).describe('How much.'),
      state: z.enum(['on', 'off']).default('on').describe('Whether.'),
      hosts: z.union([z.string(), z.array(z.string())]).optional(),
      values: z.record(z.string(), z.union([z.boolean(), z.int(), z.string()])).optional(),
      paths: z
        .array(z.strictObject({ address: z.string().describe('Where.'), backup: z.boolean().default(false) }))
        .optional(),
    })
    .refine(() => true),
  facts: () => ({}),
  plan: () => ({ changes: [] }),
})

describe('paramDocs', () => {
  it('reads type, default, need and description from the schema', () => {
    const inner = [
      { name: 'address', type: 'text', required: true, defaultText: null, description: 'Where.', inner: [] },
      { name: 'backup', type: 'true or false', required: false, defaultText: 'false', description: '', inner: [] },
    ]
    const optional = { required: false, defaultText: null, description: '', inner: [] }
    expect(paramDocs(sample.params)).toEqual([
      {
        name: 'level',
        type: 'whole number 0 to 8',
        required: true,
        defaultText: null,
        description: 'How much.',
        inner: [],
      },
      { name: 'state', type: 'on, off', required: false, defaultText: 'on', description: 'Whether.', inner: [] },
      { name: 'hosts', type: 'text or list of text', ...optional },
      { name: 'values', type: 'map of true or false, whole number or text', ...optional },
      { name: 'paths', type: 'list of record', ...optional, inner },
    ])
  })
})

describe('renderModule', () => {
  it('explains parameters and gives an example', () => {
    const shown = renderModule(sample, PLAIN)
    expect(shown).toContain('sample: a module, plans each host by itself\n\n  Does something.\n\n  At some length.\n')
    expect(shown).toContain('  level: whole number 0 to 8, required\n      How much.\n')
    expect(shown).toContain('  paths: list of record, optional\n      address: text, required\n          Where.\n')
    expect(shown).toContain('Example\n  - sample:\n      level: 3\n')
  })
})

describe('the others', () => {
  it('lists names and exit codes', () => {
    const shown = renderIndex([sample], [{ name: 'limits', summary: 'Limits.' }], PLAIN)
    expect(shown).toContain('  sample  Does something.\n')
    expect(shown).toContain('  limits  Limits.\n')
    expect(shown).toContain('   99  interrupted\n')
  })

  it('shows what a fact asks, what a host printed, and the value of that', () => {
    const fact = defineFact({
      key: 'limits',
      summary: 'Limits.',
      probe: 'ip mptcp limits',
      parse: ({ stdout }) => ({ words: stdout.trim().split(' '), text: 'one\ntwo\n' }),
      example: 'subflows 2\n',
    })
    expect(renderFact({ name: 'limits', summary: 'Limits.' }, fact, PLAIN)).toBe(`limits: a fact

  Limits.

Probe
  ip mptcp limits

Example: what it prints
  subflows 2

Example: its value
  words: [subflows, "2"]
  text: |
    one
    two
`)
    const shown = renderFact({ name: 'limits/NAME', summary: 'Limits.' }, { ...fact, key: 'limits/a' }, PLAIN)
    expect(shown).toMatch(/^limits\/NAME: a fact\n[^]*\nProbe of limits\/a\n/)
  })

  it('breaks and shortens what is long', () => {
    const example = `[${Array.from({ length: 400 }, (_, index) => `"${index}"`).join(',')}]`
    const fact = defineFact({ key: 'x', summary: 'X.', probe: 'x', parse: (): string => 'x', example })
    const lines = renderFact({ name: 'x', summary: 'X.' }, fact, PLAIN).split('\n')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines.filter((line) => line.endsWith(' more lines'))).toEqual(['  … 7 more lines'])
  })
})

async function docOf(...args: string[]): Promise<string> {
  const { io, out } = testIo()
  await command.run({ args, rest: [], flags: {} }, io)
  return out()
}

describe('doc NAME', () => {
  const names = [...factsWithArguments.map(({ key }) => key), ...facts.keys()]

  it.each(names)('%s: a fact with its probe and its example', async (name) => {
    expect(await docOf(name)).toMatch(
      /: a fact\n[^]*\nProbe[^]*\nExample: what it prints\n[^]*\nExample: its value\n {2}\S/,
    )
  })

  it.each([...TEMPLATE_PAGES])('%s: every row of the table, and what is refused with why', async (page, kind) => {
    const shown = (await docOf(page)).replaceAll(/\s+/g, ' ')
    for (const { name, aliases = [], params, summary } of rowsOf(kind)) {
      const given = params.filter((param) => param !== '**')
      expect(shown).toContain(
        ` ${[name, ...aliases].join(', ')}${given.length === 0 ? '' : `(${given.join(', ')})`}: ${summary} `,
      )
    }
    for (const { names, why } of REFUSALS[kind]) expect(shown).toContain(` ${names.join(', ')}: ${why} `)
  })

  it.each(commands.map(({ name }) => name))('%s: a command as its own help has it', async (name) => {
    const { io, out } = testIo()
    expect(await dispatch([name, '--help'], io)).toBe(0)
    const shown = await docOf(name)
    // One that is a module as well stands after it.
    expect(modules.has(name) ? shown.slice(-out().length) : shown).toBe(out())
  })

  it.each(commands)('$name: every flag says what it does and what it takes', async ({ load }) => {
    const { flags } = (await load()).command
    const all = Object.entries<Flag>(flags)
    const letters = all.flatMap(([, { letter }]) => letter ?? [])
    expect(new Set(letters).size).toBe(letters.length)
    for (const [name, flag] of all) {
      expect(flag.summary, name).toMatch(/^\S.+[^.]$/)
      expect(flag.value !== undefined, name).toBe(!['boolean', 'count'].includes(flag.type))
    }
  })

  it.each(commands)('$name: its examples are command lines that it takes', async ({ name, usage, load }) => {
    const { command: one } = await load()
    expect(one.usage.split(' ')[0]).toBe(usage.split(' ')[0])
    for (const example of one.examples ?? []) {
      const [first, ...words] = example.split(' ')
      expect(first).toBe(name)
      expect(await parseCommandLine(name, one, words), example).toMatchObject({ kind: 'run' })
    }
  })

  it.each([
    ['file//etc/hosts', 'file/PATH'],
    ['limits/subflows', 'limits'],
    ['endpoint/192.0.2.20', 'endpoint'],
    ['unit', 'unit/NAME'],
  ])('%s, as plans and reports name it: %s', async (name, fact) => {
    expect(await docOf(name)).toBe(await docOf(fact))
  })

  it('says what was meant', async () => {
    const { io, err } = testIo()
    expect(await dispatch(['doc', 'limit'], io)).toBe(5)
    expect(err()).toMatch(/nothing is called "limit"\n +hint: did you mean "limits"\?/)
  })
})

describe('values as YAML', () => {
  const anything = fc.json({ maxDepth: 3, stringUnit: 'grapheme-ascii' }).map((text): unknown => JSON.parse(text))

  it('can be read back', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 10, max: 80 }), (value, width) => {
        expect(parse(yamlLines(value, width).join('\n'))).toEqual(value)
      }),
      { numRuns: 500 },
    )
  })
})

describe('every module', () => {
  const every = (params: ParamDoc[]): ParamDoc[] => params.flatMap((param) => [param, ...every(param.inner)])

  it.each([...modules.values()])('$name is explained from its schema', (module) => {
    expect(renderModule(module, PLAIN)).toContain(`${module.name}: a module, `)
    const bare = every(paramDocs(module.params)).filter((param) => param.description === '' || param.type === 'any')
    expect(bare.map((param) => param.name)).toEqual([])
  })

  it.each([...modules.values()])('$name is shown with the defaults that its schema gives', (module) => {
    const docs = paramDocs(module.params)
    const shown = docs.flatMap(({ name, defaultText }) => (defaultText === null ? [] : [[name, parse(defaultText)]]))
    const required = new Set(docs.filter((doc) => doc.required).map(({ name }) => name))
    const plays = examplePlaybooks(module.example).flatMap(parseExample)
    const given = plays.flatMap(({ tasks }) => tasks.map(({ args }) => args))
    expect(given).not.toEqual([])
    for (const args of given) {
      // What need not be said is left out, as far as the rest is then still a wish.
      const needed = Object.fromEntries(Object.entries(args).filter(([name]) => required.has(name)))
      const said = module.params.safeParse(needed).success ? needed : args
      const params = Object.entries(module.params.parse(said) as Record<string, unknown>)
      const filled = params.filter(([name]) => !(name in said))
      expect(Object.fromEntries(filled)).toEqual(Object.fromEntries(shown.filter(([name]) => !(name in said))))
    }
  })
})

it('doc oci explains every key of an OCI inventory', async () => {
  const { io, out } = testIo()
  await command.run({ args: ['oci'], rest: [], flags: {} }, io)
  for (const { name, description } of paramDocs(ociSchema)) {
    expect(description, name).not.toBe('')
    expect(out()).toMatch(new RegExp(`^  ${name}: `, 'm'))
  }
})
