/** MPTcpExt counters of /proc/net/netstat, cumulative since boot of the namespace. A missing name is unknown, not 0. */
export type Counters = Record<string, number>
