/** Undoes a kept run on the lab, through the same transport and engine that applied it. */
import { undo } from '../../../src/engine/undo.ts'
import { resolveConnection } from '../../../src/inventory/connection.ts'
import { loadInventory } from '../../../src/inventory/load.ts'
import { loadUndo } from '../../../src/store/load-run.ts'
import { keptChanges } from '../../../src/store/undo-record.ts'
import { createSshTransport } from '../../../src/transport/ssh.ts'

/** Throws where any host's undo did not come to its end. */
export async function undoRun(folder: string, runId: string, inventoryFile: string): Promise<void> {
  const inventory = await loadInventory([inventoryFile], folder)
  const items = (await loadUndo(folder, runId)).map((record) => {
    const host = inventory.hosts.get(record.host)!
    const play = { become: null, becomeUser: null, remoteUser: null, vars: {} }
    const resolved = resolveConnection(host, play, {}, inventory)
    if ('diagnostics' in resolved)
      throw new Error(resolved.diagnostics.map((diagnostic) => diagnostic.summary).join('\n'))
    return {
      target: { host, connection: resolved.connection },
      changes: keptChanges(record).map(({ change }) => change),
    }
  })
  const transport = createSshTransport()
  const results = await undo(items, {
    transport,
    runId: `${runId}-undo`,
    forks: 5,
    signal: new AbortController().signal,
  })
  await transport.close()
  for (const [host, result] of results) {
    if (result !== null) throw new Error(`${host}: ${result.data.summary}\n${result.data.detail}`)
  }
}
