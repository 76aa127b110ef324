/** The package manager and the MPTCP packages. */
export interface Packages {
  manager: 'dnf' | 'apt' | null
  /** Version of each installed package of those asked for: mptcpd, mptcpize, curl, python3, iproute2 (iproute). */
  installed: Record<string, string>
}
