import { expect, test } from 'vitest'
import { resolveConnection } from '../../src/inventory/connection.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { selectHosts } from '../../src/inventory/select.ts'
import { makeFiles } from './files.ts'

const play = { become: true, becomeUser: null, remoteUser: null, vars: {} }

test('inventories/pair.yml names the pair, and a second -i says how to reach it', async () => {
  const dir = makeFiles({
    'lab.yml':
      'all: {hosts: {system-a: {ansible_host: 192.0.2.1}, system-b: {ansible_host: 192.0.2.2, ansible_port: 2222}}}\n',
  })
  const inventory = await loadInventory(['inventories/pair.yml', `${dir}/lab.yml`], process.cwd())
  const { hosts } = selectHosts(inventory, 'pair', null)
  const reached = hosts.map((host) => resolveConnection(host, play, {}, inventory))
  expect(reached.map((each) => 'connection' in each && [each.connection.address, each.connection.port])).toEqual([
    ['192.0.2.1', 22],
    ['192.0.2.2', 2222],
  ])
})

test('inventories/fleet.yml reads without a word and every host can be resolved', async () => {
  const inventory = await loadInventory(['inventories/fleet.yml'], process.cwd())
  expect(inventory.diagnostics).toEqual([])
  expect(selectHosts(inventory, 'servers', null).hosts).toHaveLength(12)
  for (const host of inventory.hosts.values()) {
    expect(resolveConnection(host, play, {}, inventory)).toMatchObject({ connection: { user: 'admin' } })
  }
})
