/** Path of each program this tool may use on a host, null where absent, and the versions that matter. */
export interface Tools {
  paths: Record<string, string | null>
  /** `iproute2` as `6.15.0`, `mptcpize`, `curl`; null where unknown. */
  versions: Record<string, string | null>
}
