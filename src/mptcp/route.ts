/**
 * Which way a packet leaves a host, looked up in its rules and routes as the kernel would (ip-rule(8), ip-route(8)),
 * without asking the host again. A rule that needs more than addresses and cards to be judged is reported, not guessed.
 */
import type { ReadNetwork } from '../text/ip.ts'
import { isInNetwork, parseAddress, readNetwork } from '../text/ip.ts'

/** One route of `ip -j route show table all`. */
export interface RouteEntry {
  family: 4 | 6
  /** `default` or a prefix; a host route has /32 or /128. */
  dst: string
  type: string
  gateway: string | null
  dev: string | null
  table: string
  metric: number
  prefsrc: string | null
}

/** One rule of `ip -j rule`. */
export interface RuleEntry {
  family: 4 | 6
  priority: number
  /** `all` or a prefix. */
  src: string
  dst: string
  iif: string | null
  oif: string | null
  /** `MARK` or `MARK/MASK`, hexadecimal. */
  fwmark: string | null
  table: string | null
  /** Keys of the rule that are not evaluated here. */
  other: readonly string[]
}

export interface RoutingTables {
  routes: readonly RouteEntry[]
  rules: readonly RuleEntry[]
}

/** A packet that the host itself sends. */
export interface Flow {
  dst: string
  /** Its source address, or null where the route is to choose it. */
  src?: string | null
  /** The card its socket is bound to, or null. */
  oif?: string | null
}

export interface RouteAnswer {
  /** The route taken, or null where there is none (also where a route forbids it). */
  route: RouteEntry | null
  /** Rules that might have applied but could not be evaluated, as text. */
  unclear: string[]
}

/** Types of routes that end a lookup without a way out. */
const REFUSING = new Set(['unreachable', 'blackhole', 'prohibit'])

/** The rules that every network namespace starts with; used where a host listed none for the family. */
function defaultRules(family: 4 | 6): RuleEntry[] {
  const rule = (priority: number, table: string): RuleEntry => {
    return { family, priority, src: 'all', dst: 'all', iif: null, oif: null, fwmark: null, table, other: [] }
  }
  return [rule(0, 'local'), rule(32_766, 'main'), rule(32_767, 'default')]
}

/** Looks a flow up. Addresses that are none have no route. */
export function lookupRoute(tables: RoutingTables, flow: Flow): RouteAnswer {
  const family = parseAddress(flow.dst)?.family
  const unclear: string[] = []
  if (family === undefined) return { route: null, unclear }
  const ends = { dst: readNetwork(flow.dst), src: flow.src == null ? null : readNetwork(flow.src) }
  for (const rule of rulesOf(tables, family)) {
    if (!ruleMatches(rule, flow, ends)) continue
    if (rule.other.length > 0 || rule.table === null) {
      unclear.push(`rule ${rule.priority} (${rule.other.length > 0 ? rule.other.join(', ') : 'no table'})`)
      continue
    }
    const found = lookupTable(tables.routes, { table: rule.table, family }, flow, ends.dst)
    if (found === null || found.type === 'throw') continue
    return { route: REFUSING.has(found.type) ? null : found, unclear }
  }
  return { route: null, unclear }
}

function rulesOf(tables: RoutingTables, family: 4 | 6): RuleEntry[] {
  const rules = tables.rules.filter((rule) => rule.family === family)
  return rules.length > 0 ? rules.toSorted((a, b) => a.priority - b.priority) : defaultRules(family)
}

/**
 * Whether a rule applies to a flow of the host's own. Such packets come in by `lo` and carry no mark (a rule for mark 0
 * is the exception). Without a source address a rule that asks for one does not apply, as in the kernel.
 */
function ruleMatches(rule: RuleEntry, flow: Flow, ends: Record<'src' | 'dst', ReadNetwork | null>): boolean {
  if (rule.iif !== null && rule.iif !== 'lo') return false
  if (rule.oif !== null && rule.oif !== flow.oif) return false
  if (rule.fwmark !== null && !/^(?:0x0+|0+)(?:\/|$)/i.test(rule.fwmark)) return false
  if (!inPrefix(rule, rule.dst, ends.dst)) return false
  if (flow.src === undefined || flow.src === null) return isAny(rule.src)
  return inPrefix(rule, rule.src, ends.src)
}

/** Longest prefix first, then the lowest metric, then the order in which the host listed them. */
function lookupTable(
  routes: readonly RouteEntry[],
  { table, family }: { table: string; family: 4 | 6 },
  flow: Flow,
  dst: ReadNetwork | null,
): RouteEntry | null {
  let best: RouteEntry | null = null
  for (const route of routes) {
    if (route.family !== family || route.table !== table || !inPrefix(route, route.dst, dst)) continue
    if (flow.oif !== undefined && flow.oif !== null && route.dev !== flow.oif && route.type === 'unicast') continue
    if (best === null || compareRoutes(route, best) < 0) best = route
  }
  return best
}

function compareRoutes(a: RouteEntry, b: RouteEntry): number {
  return prefixLength(b.dst) - prefixLength(a.dst) || a.metric - b.metric
}

function isAny(prefix: string): boolean {
  return prefix === 'all' || prefix === 'default'
}

/** Prefixes of routes and rules as read: a host may have thousands, each of which is asked for each path. */
const read = new WeakMap<RouteEntry | RuleEntry, Map<string, ReadNetwork | null>>()

/** What a host lists that is no network holds nothing. */
function inPrefix(entry: RouteEntry | RuleEntry, prefix: string, address: ReadNetwork | null): boolean {
  if (isAny(prefix)) return true
  const known = read.get(entry) ?? new Map<string, ReadNetwork | null>()
  read.set(entry, known)
  if (!known.has(prefix)) known.set(prefix, readNetwork(prefix))
  const network = known.get(prefix) ?? null
  return network !== null && address !== null && isInNetwork(network, address)
}

function prefixLength(prefix: string): number {
  if (isAny(prefix)) return 0
  const length = prefix.split('/')[1]
  if (length !== undefined) return Number(length)
  return prefix.includes(':') ? 128 : 32
}
