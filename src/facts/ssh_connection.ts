import { defineFact } from './define.ts'

/** How SSH reached the host, null where it was not SSH. */
export type SshConnection = { clientAddress: string; serverAddress: string; serverPort: number } | null

export const sshConnection = defineFact<SshConnection>({
  key: 'ssh_connection',
  summary: 'Addresses of the SSH connection that the probe came over.',
  // sudo clears SSH_CONNECTION; the processes above the probe, which root may read, still have it.
  probe: `if [ -n "\${SSH_CONNECTION-}" ]; then echo "$SSH_CONNECTION"; exit 0; fi
p=$PPID
while [ "\${p:-0}" -gt 1 ] && [ -r "/proc/$p/environ" ]; do
c=$(tr '\\0' '\\n' <"/proc/$p/environ" | grep ^SSH_CONNECTION=) && { echo "\${c#*=}"; exit 0; }
read -r s <"/proc/$p/stat" || break
set -f; set -- \${s##*)}; p=$2
done`,
  parse: ({ stdout }) => {
    const [clientAddress, , serverAddress, serverPort] = stdout.trim().split(/\s+/)
    if (clientAddress === undefined || serverAddress === undefined || !/^\d{1,5}$/.test(serverPort ?? '')) return null
    return { clientAddress, serverAddress, serverPort: Number(serverPort) }
  },
})
