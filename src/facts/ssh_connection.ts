/** How SSH reached the host, null where it was not SSH. */
export type SshConnection = { clientAddress: string; serverAddress: string; serverPort: number } | null
