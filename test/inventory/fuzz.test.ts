/** Inventories with random mistakes in them: read, or refused with places; never a crash, a hang, or memory without bound. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkInventory } from '../../src/inventory/check.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { selectHosts } from '../../src/inventory/select.ts'
import { listInventory } from '../../src/inventory/show.ts'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { makeFiles } from './files.ts'
import { argsOf, topics } from './referee-cases.ts'

/** FUZZ_RUNS=10000 on demand. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 500)
const MAX_HEAP = 768 * 2 ** 20

/** Every inventory that is put before ansible-core, as files and what -i names of them. */
const corpus = topics
  .flatMap(({ cases }) => cases)
  .filter(({ links }) => links === undefined)
  .map((each) => ({
    files: each.files ?? (each.yml === undefined ? { hosts: each.ini ?? '' } : { 'hosts.yml': each.yml }),
    sources: argsOf(each).filter((word) => word !== '-i'),
  }))

const BYTES = [
  '\0',
  '\u00ff',
  '\ud800',
  '\ufeff',
  '\t',
  '\r',
  '\n',
  ' ',
  '  ',
  '#',
  ':',
  ': ',
  '- ',
  '? ',
  '&a ',
  '*a',
  '!vault ',
  '<<: ',
]
const TOKENS = [
  ...[
    ...Array.from('[]{}()\'",=;|>@`%\\~!&*'),
    '[1:99999]',
    '[a:z]',
    '[0:',
    'all',
    '[all]\n',
    'hosts:',
    'children:',
    'vars:',
    '{{',
    '}}',
  ],
  ...[
    '[web:children]\nweb\n',
    'ansible_port=x',
    'plugin: constructed\n',
    '9'.repeat(400),
    '['.repeat(300),
    '{1:'.repeat(250),
  ],
  ...[
    '$ANSIBLE_VAULT;1.1;AES256\n',
    '---\n',
    '1e999',
    '.inf',
    'ansible_group_priority: x',
    'x'.repeat(5000),
    ' '.repeat(5000),
  ],
]

interface Mutation {
  at: number
  length: number
  kind: 'insert' | 'delete' | 'repeat' | 'swap'
  text: string
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(2000),
  length: fc.nat(40),
  kind: fc.constantFrom('insert', 'delete', 'repeat', 'swap'),
  text: fc.oneof(fc.constantFrom(...BYTES, ...TOKENS), fc.string({ unit: 'binary', maxLength: 8 })),
})

function mutate(text: string, { at, length, kind, text: piece }: Mutation): string {
  const start = text.length === 0 ? 0 : at % (text.length + 1)
  const [before, middle, after] = [text.slice(0, start), text.slice(start, start + length), text.slice(start + length)]
  if (kind === 'insert') return before + piece + middle + after
  if (kind === 'delete') return before + after
  return kind === 'repeat' ? before + middle.repeat(20) + after : after + middle + before
}

async function read(dir: string, sources: string[]): Promise<boolean> {
  try {
    const inventory = await loadInventory(sources, dir)
    const hosts = [...inventory.hosts.values()]
    listInventory(inventory, hosts)
    checkInventory(inventory, hosts)
    selectHosts(inventory, 'all:!web*[0]', null)
    return true
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    const errors = error.diagnostics.filter(({ severity }) => severity === 'error')
    expect(errors).not.toEqual([])
    for (const { summary, source } of errors) expect([summary, source?.file]).not.toContain('')
    return false
  }
}

it('random mistakes', { timeout: 1_200_000 }, async () => {
  let [known, refused] = [0, 0]
  const one = fc.tuple(fc.constantFrom(...corpus), fc.nat(9), fc.array(mutation, { minLength: 1, maxLength: 4 }))
  const root = makeFiles({})
  await fc.assert(
    fc.asyncProperty(one, async ([{ files, sources }, which, mutations]) => {
      const dir = join(root, 'one')
      rmSync(dir, { recursive: true, force: true })
      mkdirSync(dir)
      const names = Object.keys(files)
      for (const [index, name] of names.entries()) {
        const text = files[name]!
        mkdirSync(dirname(join(dir, name)), { recursive: true })
        writeFileSync(join(dir, name), index === which % names.length ? mutations.reduce(mutate, text) : text)
      }
      if (await read(dir, sources)) known++
      else refused++
    }),
    { numRuns: RUNS },
  )
  expect(Math.min(known, refused)).toBeGreaterThan(RUNS / 10)
  expect(process.memoryUsage().heapUsed).toBeLessThan(MAX_HEAP)
})
