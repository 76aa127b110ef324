import { defineFact } from './define.ts'

/** How SSH reached the host, null where it was not SSH. */
export type SshConnection = { clientAddress: string; serverAddress: string; serverPort: number } | null

export const sshConnection = defineFact<SshConnection>({
  key: 'ssh_connection',
  summary: 'Addresses of the SSH connection that the probe came over.',
  // The transport hands it over in a variable of its own: sudo clears SSH_CONNECTION.
  probe: `printf '%s\\n' "\${MPTCP_FLEET_SSH-}"`,
  parse: ({ stdout }) => {
    const [clientAddress, , serverAddress, serverPort] = stdout.trim().split(/\s+/)
    if (clientAddress === undefined || serverAddress === undefined || !/^\d{1,5}$/.test(serverPort ?? '')) return null
    return { clientAddress, serverAddress, serverPort: Number(serverPort) }
  },
  example: '100.86.233.29 36982 100.86.233.30 22\n',
})
