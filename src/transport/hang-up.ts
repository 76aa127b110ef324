/** The end of a connection. */
import type { ReadyConnection } from './handshake.ts'

/** Milliseconds that a goodbye may take before the connection is cut. */
const CLOSE_GRACE = 2000

/** Says goodbye; resolves once the connection is gone. */
export async function hangUp({ client, wire }: ReadyConnection): Promise<void> {
  client.end()
  const cut = setTimeout(() => wire.destroy(), CLOSE_GRACE)
  await new Promise<void>((resolve) => {
    if (wire.closed) resolve()
    else wire.once('close', () => resolve())
  })
  clearTimeout(cut)
}
