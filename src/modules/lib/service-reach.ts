/** Whether a restart of a unit could cut off whoever asked for it. */
import type { Listeners } from '../../facts/listeners.ts'
import type { SshConnection } from '../../facts/ssh_connection.ts'

export interface ReachFacts {
  ssh: SshConnection
  listeners: Listeners
}

/**
 * By its name, or since it listens on the port that SSH was reached at. Sessions that are open outlast a restart by sshd's own
 * unit files; new ones need it to have come up again.
 */
export function servesSsh(
  unit: string,
  { ports, mainPid }: { ports: readonly number[]; mainPid: number | null },
  { ssh, listeners }: ReachFacts,
): boolean {
  if (/^(?:ssh|sshd|openssh|dropbear)(?:[-@].*)?\.(?:service|socket)$/.test(unit)) return true
  if (ssh === null) return false
  const listens = listeners.some(
    ({ port, processes }) => port === ssh.serverPort && processes.some(({ pid }) => pid === mainPid),
  )
  return listens || ports.includes(ssh.serverPort)
}
