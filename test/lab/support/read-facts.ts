/** Reads facts of a host of the lab, as a run does: all in one exec. */
import { gather } from '../../../src/engine/gather.ts'
import type { FactResults } from '../../../src/engine/script/probe.ts'
import { resolveConnection } from '../../../src/inventory/connection.ts'
import { loadInventory } from '../../../src/inventory/load.ts'
import type { Lab } from '../../../src/lab/lab.ts'
import type { Fact } from '../../../src/model/fact.ts'
import { createSshTransport } from '../../../src/transport/ssh.ts'

export async function readFacts(lab: Lab, name: string, facts: readonly Fact[]): Promise<FactResults> {
  const inventory = await loadInventory([lab.inventoryFile], lab.dir)
  const host = inventory.hosts.get(name)!
  const play = { become: null, becomeUser: null, remoteUser: null, vars: {} }
  const resolved = resolveConnection(host, play, {}, inventory)
  if ('diagnostics' in resolved) throw new Error(resolved.diagnostics.map(({ summary }) => summary).join('\n'))
  const transport = createSshTransport()
  const { signal } = new AbortController()
  try {
    const session = await transport.connect({ host, connection: resolved.connection }, signal)
    const { results } = await gather(session, facts, { timeoutSeconds: 60, signal })
    return results
  } finally {
    await transport.close()
  }
}
