export interface Route {
  family: 4 | 6
  /** `default` or a prefix; a host route has /32 or /128. */
  dst: string
  type: string
  gateway: string | null
  dev: string | null
  table: string
  metric: number
  prefsrc: string | null
  scope: string | null
}

export interface Rule {
  family: 4 | 6
  priority: number
  /** `all` or a prefix. */
  src: string
  dst: string
  iif: string | null
  oif: string | null
  fwmark: string | null
  table: string | null
  /** Keys of the rule that mptcp/route.ts does not evaluate. */
  other: string[]
}

/** `ip -j route show table all` and `ip -j rule` for both families. */
export interface Routing {
  routes: Route[]
  rules: Rule[]
}
