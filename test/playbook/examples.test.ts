import { expect, test } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import { selectHosts } from '../../src/inventory/select.ts'
import { templateVars } from '../../src/inventory/vars.ts'
import { modules } from '../../src/modules/registry.ts'
import { loadPlaybook } from '../../src/playbook/load.ts'
import { resolveTask } from '../../src/playbook/resolve.ts'

test.each([
  ['playbooks/pair.yml', 'inventories/pair.yml', 'mptcp_available mptcp_tools mptcp_enabled mptcp_pair mptcp_test'],
  ['playbooks/enable.yml', 'inventories/fleet.yml', 'mptcp_available mptcp_tools mptcp_enabled mptcp_limits'],
  ['playbooks/enable.yml', 'inventories/pair.yml', 'mptcp_available mptcp_tools mptcp_enabled mptcp_limits'],
])('%s on %s: every task resolves for every host', async (playbookPath, inventoryPath, expected) => {
  const { plays } = await loadPlaybook(playbookPath, modules)
  const inventory = await loadInventory([inventoryPath], process.cwd(), ['playbooks'])
  for (const play of plays) {
    expect(play.tasks.map((task) => task.module.name).join(' ')).toBe(expected)
    const selection = selectHosts(inventory, play.hosts, play.hostsSource)
    expect(selection.diagnostics).toEqual([])
    expect(selection.hosts.length).toBeGreaterThan(1)
    for (const host of selection.hosts) {
      for (const task of play.tasks) {
        const vars = { ...templateVars(inventory, host), ...play.vars, ...task.vars }
        expect(resolveTask(task, vars)).toHaveProperty('params')
      }
    }
  }
})
