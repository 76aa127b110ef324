import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import { limitHosts, selectHosts } from '../../src/inventory/select.ts'
import { makeFiles } from './files.ts'

test('selection', async () => {
  const text =
    'pair: {hosts: {system-a: , system-b: }}\nweb: {hosts: {"web[1:5].example.com": }, children: {db: {hosts: {system-b: }}}}\nempty:\n'
  const inventory = await loadInventory(['h.yml'], makeFiles({ 'h.yml': text }))
  const source = { file: 'p.yml', line: 1, column: 10 }
  const says = (pattern: string): string[] => selectHosts(inventory, pattern, source).diagnostics.map((d) => d.summary)

  expect(says('sytem-a')).toEqual(['no host and no group is named "sytem-a", did you mean "system-a"?'])
  expect(says('system-a,nowhere-at-all')).toEqual(['no host and no group is named "nowhere-at-all"'])
  expect(says('all,!sytem-a')).toHaveLength(1)
  expect(says('')).toEqual(['the host pattern is empty'])
  expect(says('pair[2]')).toEqual(['"pair[2]": "pair" has only 2 hosts'])
  expect(says('~(')[0]).toContain('is no host pattern')
  expect(says('@retry')).toEqual(['no host and no group is named "@retry"'])
  expect(selectHosts(inventory, '@retry', source).diagnostics[0]?.hint).toBe('files are for --limit alone')
  expect(selectHosts(inventory, 'pair[7:9]', source).diagnostics[0]).toMatchObject({ severity: 'warning' })
  expect(says('pair[3:1]')).toEqual(['"pair[3:1]": the slice ends before it begins'])
  expect(says('pair[3:5]')).toEqual(['"pair[3:5]": "pair" has only 2 hosts'])
  for (const slice of ['pair[:1]', 'pair[-2:]', 'pair[0:-1]'])
    expect(selectHosts(inventory, `web,!${slice}`, source).diagnostics[0]).toMatchObject({
      summary: `"!${slice}" matches no host and no group`,
      hint: expect.stringContaining('a slice begins with a number') as string,
    })
  expect(says('web,!')).toEqual(['"!" is no host pattern'])
  expect(says('empty')).toEqual([])
  expect(selectHosts(inventory, 'nope', source).diagnostics[0]?.source).toBe(source)
  expect(selectHosts(inventory, 'nope*', source).diagnostics[0]?.severity).toBe('warning')
  expect(limitHosts(inventory, 'web9').diagnostics[0]?.summary).toMatch(/^--limit: no host/)
  expect(limitHosts(inventory, 'pair:&db').hosts.map((host) => host.name)).toEqual(['system-b'])

  const part = fc.constantFrom(
    'all',
    '*',
    'pair',
    'web',
    'db',
    'system-a',
    'sys*',
    'web?.example.com',
    '~web[12]',
    'web[0]',
    'web[1:]',
  )
  const operator = fc.constantFrom('', '', '&', '!')
  const pattern = fc.array(fc.tuple(operator, part), { minLength: 1, maxLength: 5 })
  const names = (parts: [string, string][]): string[] =>
    selectHosts(inventory, parts.map((each) => each.join('')).join(','), null).hosts.map((host) => host.name)
  fc.assert(
    fc.property(pattern, (parts) => {
      const selected = names(parts)
      expect(new Set(selected).size).toBe(selected.length)
      const everything = new Set(inventory.hosts.keys())
      for (const name of selected) expect(everything.has(name)).toBe(true)
      // Removing what is selected leaves nothing.
      expect(names([...parts, ...selected.map((name): [string, string] => ['!', name])])).toEqual([])
    }),
  )
})

test('this machine is there where no inventory has it, with the variables of all', async () => {
  const dir = makeFiles({ 'h.yml': 'all: {vars: {x: 1}, hosts: {a: }}\n', 'group_vars/all.yml': 'y: 2\n' })
  const inventory = await loadInventory(['h.yml'], dir)
  const vars = { x: 1, y: 2, ansible_connection: 'local' }
  expect(selectHosts(inventory, 'localhost', null).hosts).toEqual([{ name: 'localhost', groups: [], vars }])
  expect(selectHosts(inventory, 'all', null).hosts.map(({ name }) => name)).toEqual(['a'])
})

test('a pattern with many stars takes no time', async () => {
  const inventory = await loadInventory(['h.yml'], makeFiles({ 'h.yml': `all: {hosts: {${'a'.repeat(5000)}: }}\n` }))
  expect(selectHosts(inventory, `${'*a'.repeat(30)}*b`, null).hosts).toEqual([])
})
