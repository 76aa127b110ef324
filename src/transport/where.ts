/** How messages name a host's SSH server. */
import type { Connection } from '../model/host.ts'

/** `address:port`, with brackets round an IPv6 address. */
export function endpointOf(connection: Connection): string {
  const { address, port } = connection
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** `user@address:port`. */
export function whereOf(connection: Connection): string {
  return `${connection.user}@${endpointOf(connection)}`
}
