/** Running values of all net.mptcp.* by full name, as the kernel reads them back. Key of the fact: `sysctl`. */
export type Sysctl = Record<string, string>
