/** One assignment of a net.mptcp.* name in a file that the boot reads. */
export interface SysctlLine {
  file: string
  /** From 1. */
  line: number
  name: string
  value: string
}

/** A file that has such lines, with what is needed to rewrite it. */
export interface SysctlFile {
  content: string
  mode: string
  owner: string
  group: string
}

/**
 * What systemd-sysctl will set at boot: files sorted by name over /run, /etc, /usr/local/lib, /usr/lib; a masked name
 * hides lower ones; /etc/sysctl.conf counts only where a 99-sysctl.conf links to it; later wins.
 */
export interface SysctlPersisted {
  /** The winning line of each name. */
  values: Record<string, SysctlLine>
  /** All assignments in the order in which they are read. */
  lines: SysctlLine[]
  files: Record<string, SysctlFile>
}
