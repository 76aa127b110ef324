/** Playbooks that `pair` and `test` make. They go through the same parser as files do. */
import { stringify } from 'yaml'
import { modules } from '../../modules/registry.ts'
import { parsePlaybook } from '../../playbook/parse.ts'
import type { Playbook } from '../../playbook/types.ts'

/** Stands where a file's name would. */
export const MADE = 'the command line'

/** Sets up both ends from their own addresses, and proves it. */
export function pairPlaybook(server: string, client: string, trial: Readonly<Record<string, unknown>>): Playbook {
  return made(
    `Pair ${server} and ${client}`,
    [server, client],
    [
      { mptcp_available: {} },
      { mptcp_tools: {} },
      { mptcp_enabled: {} },
      { mptcp_pair: { server, client } },
      { mptcp_test: { server, client, ...trial } },
    ],
  )
}

/** Only proves it; each client in a trial of its own. */
export function testPlaybook(
  server: string,
  clients: readonly string[],
  trial: Readonly<Record<string, unknown>>,
): Playbook {
  const hosts = [server, ...clients]
  return made(`Test ${hosts.join(', ')}`, hosts, [{ mptcp_test: { server, client: [...clients], ...trial } }])
}

function made(name: string, hosts: readonly string[], tasks: readonly Record<string, unknown>[]): Playbook {
  const named = tasks.map((task) => ({ name: Object.keys(task)[0], ...task }))
  const text = stringify([{ name, hosts: [...hosts], become: true, tasks: named }], { version: '1.1' })
  return parsePlaybook(text, MADE, modules)
}
