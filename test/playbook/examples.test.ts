import { expect, test } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import { selectHosts } from '../../src/inventory/select.ts'
import { templateVars } from '../../src/inventory/vars.ts'
import { modules } from '../../src/modules/registry.ts'
import { loadPlaybook } from '../../src/playbook/load.ts'
import { resolveTask } from '../../src/playbook/resolve.ts'

test.each([
  ['playbooks/pair.yml', 'inventories/pair.yml', 'mptcp_available mptcp_tools mptcp_enabled mptcp_pair mptcp_test'],
  ['playbooks/verify.yml', 'inventories/pair.yml', 'mptcp_available mptcp_tools mptcp_enabled mptcp_pair'],
  ['playbooks/disable.yml', 'inventories/pair.yml', 'mptcp_service mptcp_endpoints mptcp_limits mptcp_enabled'],
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

/** A task by its name and parameters, without where it stands. */
async function wishes(file: string): Promise<unknown[]> {
  const { plays } = await loadPlaybook(file, modules)
  return plays.flatMap((play) =>
    play.tasks.map((task) => ({ module: task.module.name, want: resolveTask(task, {}), check: task.checkMode })),
  )
}

test('verify.yml wishes what pair.yml does, but for its trial, and never applies', async () => {
  const [pair, verify] = await Promise.all(['playbooks/pair.yml', 'playbooks/verify.yml'].map(wishes))
  expect(verify).toEqual(pair!.slice(0, -1).map((task) => ({ ...(task as object), check: true })))
})
