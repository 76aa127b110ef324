/** `ip -j -d -s link`. Byte counters are since the link was made. */
export interface Link {
  name: string
  index: number
  mac: string | null
  mtu: number
  /** Administratively up and with carrier. */
  up: boolean
  loopback: boolean
  /** `veth`, `bridge`, …; null for plain hardware. */
  kind: string | null
  master: string | null
  rxBytes: number
  txBytes: number
}
export type Links = Record<string, Link>
