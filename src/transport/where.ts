/** How messages name a host's SSH server. */
import type { Connection } from '../model/host.ts'
import { shellQuote } from '../text/shell.ts'

/** `address:port`, with brackets round an IPv6 address, and the jump hosts before it: `web1:22 through bastion:22`. */
export function endpointOf(connection: Connection): string {
  const { jumps } = connection
  return `${serverOf(connection)}${jumps.length === 0 ? '' : ` through ${jumps.map(serverOf).join(', ')}`}`
}

/** `user@address:port`, and the jump hosts before it. */
export function whereOf(connection: Connection): string {
  if (connection.local === true) return 'this machine'
  return `${connection.user}@${endpointOf(connection)}`
}

/** The command by which a person gets there: `ssh [FLAGS] [-J JUMPS] -p PORT USER@ADDRESS`, or on this machine a shell. */
export function sshByHand({ user, address, port, jumps, local }: Connection, flags = ''): string {
  if (local === true) return 'sh -c'
  const over = jumps.map((jump) => `${jump.user}@${serverOf(jump)}`).join(',')
  const way = over === '' ? '' : `-J ${shellQuote(over)} `
  return `ssh ${flags === '' ? '' : `${flags} `}${way}-p ${port} ${shellQuote(`${user}@${address}`)}`
}

/** `address:port` alone. */
export function serverOf({ address, port }: Connection): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}
