/** The running kernel and its MPTCP build options; `null` where no configuration file could be read. */
export interface Kernel {
  release: string
  config: Record<'CONFIG_MPTCP' | 'CONFIG_INET_MPTCP_DIAG' | 'CONFIG_MPTCP_IPV6', 'y' | 'm' | 'n' | null>
  configSource: string | null
}
