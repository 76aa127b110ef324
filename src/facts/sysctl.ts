import { defineFact } from './define.ts'
import { lines } from './read/output.ts'

/** Running values of all net.mptcp.* by full name, as the kernel reads them back. Key of the fact: `sysctl`. */
export type Sysctl = Record<string, string>

export const sysctl = defineFact<Sysctl>({
  key: 'sysctl',
  summary: 'Running values of net.mptcp.*; empty where the kernel has none.',
  // One grep for all files: the shell's own read gets only the first digit of a number from /proc/sys in dash.
  probe: "grep -H '' /proc/sys/net/mptcp/* 2>/dev/null",
  parse: ({ stdout }) => {
    const values: Sysctl = {}
    for (const line of lines(stdout)) {
      const match = /^\/proc\/sys\/net\/mptcp\/([\w-]+):(.*)$/.exec(line)
      if (match !== null) values[`net.mptcp.${match[1]}`] = match[2]!.trim()
    }
    return values
  },
  example: `/proc/sys/net/mptcp/add_addr_timeout:120
/proc/sys/net/mptcp/allow_join_initial_addr_port:1
/proc/sys/net/mptcp/available_path_managers:kernel userspace
/proc/sys/net/mptcp/available_schedulers:default
/proc/sys/net/mptcp/blackhole_timeout:3600
/proc/sys/net/mptcp/checksum_enabled:0
/proc/sys/net/mptcp/close_timeout:60
/proc/sys/net/mptcp/enabled:0
/proc/sys/net/mptcp/path_manager:kernel
/proc/sys/net/mptcp/pm_type:0
/proc/sys/net/mptcp/scheduler:default
/proc/sys/net/mptcp/stale_loss_cnt:4
/proc/sys/net/mptcp/syn_retrans_before_tcp_fallback:2
`,
})
