import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ParamDoc } from '../../src/cli/doc/params.ts'
import { paramDocs } from '../../src/cli/doc/params.ts'
import { renderFact, renderIndex, renderModule } from '../../src/cli/doc/render.ts'
import { defineModule } from '../../src/modules/define.ts'
import { modules } from '../../src/modules/registry.ts'
import { PLAIN } from '../../src/report/style.ts'

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
      values: z.record(z.string(), z.string()).optional(),
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
      { name: 'state', type: 'on, off', required: false, defaultText: '"on"', description: 'Whether.', inner: [] },
      { name: 'hosts', type: 'text or list of text', ...optional },
      { name: 'values', type: 'map', ...optional },
      { name: 'paths', type: 'list of record', ...optional, inner },
    ])
  })
})

describe('renderModule', () => {
  it('explains parameters and gives an example', () => {
    const shown = renderModule(sample, PLAIN)
    expect(shown).toContain('sample: a module, plans each host by itself\n\n  Does something.\n\n  At some length.\n')
    expect(shown).toContain('  level: whole number 0 to 8, required\n      How much.\n')
    expect(shown).toContain('  paths: list of record\n      address: text, required\n          Where.\n')
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

  it('shows what a fact asks', () => {
    expect(renderFact({ name: 'limits', summary: 'Limits.' }, 'ip mptcp limits', PLAIN)).toContain(
      'Probe\n  ip mptcp limits\n',
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
})
