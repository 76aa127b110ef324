/** Hosts of waivers, among them such as are gone. */
import { expect, test } from 'vitest'
import { waiverHosts } from '../../../src/engine/audit/waiver-hosts.ts'
import { loadInventory } from '../../../src/inventory/load.ts'
import { makeFiles } from '../../inventory/files.ts'

const ONE = { control: 'c', owner: 'ops', reason: 'later', expires: '2027-01-31', source: null }

test.each<[string, string, string[], string[]]>([
  ['all', '2027-01-31', ['a', 'b'], []],
  ['all', '2027-02-01', [], []],
  ['gone', '2027-01-31', [], ['warning unknown-host']],
  ['gone,a', '2027-01-31', ['a'], ['warning unknown-host']],
  ['all:!gone', '2027-01-31', ['a', 'b'], ['error unknown-host']],
  ['~(', '2027-01-31', [], ['error bad-pattern']],
])('%s on %s', async (hosts, today, names, told) => {
  const inventory = await loadInventory(['h.ini'], makeFiles({ 'h.ini': 'a\nb\n' }))
  const found = waiverHosts(inventory, { ...ONE, hosts }, today)
  expect([[...found.names], found.diagnostics.map(({ severity, code }) => `${severity} ${code}`)]).toEqual([
    names,
    told,
  ])
})
