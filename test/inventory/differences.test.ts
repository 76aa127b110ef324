/** The table of deliberate differences is what the cases say; UPDATE=1 writes it anew. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { differences } from './referee-cases.ts'

const FILE = 'src/inventory/differences.md'

const escaped = (text: string): string => text.replaceAll('|', String.raw`\|`)
const rows = differences.map(({ name, ours, differs, elsewhere }) => {
  const here = elsewhere === undefined ? (ours === 'refused' ? 'refused' : 'read') : 'see why'
  return `| ${escaped(name)} | ${here} | ${escaped(differs!)} |`
})
const table = `# Where inventories are not read as ansible-core 2.14 reads them

All other inventories give the same lists, patterns and graphs. Each row is a case of test/cases/referee/differences.yml, which is
put before the real ansible-core, too, or of the test that it names.

| what | here | why |
| --- | --- | --- |
${rows.join('\n')}
`

it('is in the documentation', () => {
  if (process.env['UPDATE'] === '1') writeFileSync(FILE, table)
  expect(readFileSync(FILE, 'utf8'), 'UPDATE=1 writes it anew').toBe(table)
})

it('names tests that are there', () => {
  const tests = differences.flatMap(({ elsewhere }) => elsewhere ?? [])
  expect(tests.filter((file) => !existsSync(file))).toEqual([])
})
