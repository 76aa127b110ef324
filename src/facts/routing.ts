import * as z from 'zod'
import type { ProbeOutput } from '../model/fact.ts'
import type { RouteEntry, RuleEntry } from '../mptcp/route.ts'
import { isLinkLocal } from '../text/ip.ts'
import { defineFact } from './define.ts'
import { WHOLE, lastTry } from './read/ip-dump.ts'
import { endPiece, parseJson, piece, requireSuccess } from './read/output.ts'

/** One route, with what its lookup does not need. */
export interface Route extends RouteEntry {
  /** There where somebody set the route by hand or by a script: `boot` is what `ip route add` writes. */
  protocol?: 'boot' | 'static'
  scope: string | null
}

export type Rule = RuleEntry

/**
 * `ip -j route show table all` and `ip -j rule` for both families. A route over several hops is one entry a hop, in
 * their order; dead hops (their link is down) are left out, as the kernel does not use them.
 */
export interface Routing {
  routes: Route[]
  rules: Rule[]
}

const hop = z.object({
  gateway: z.string().optional(),
  /** A gateway of the other family. */
  via: z.object({ host: z.string() }).optional(),
  dev: z.string().optional(),
  flags: z.array(z.string()).default([]),
})

const routeSchema = z.array(
  hop.extend({
    dst: z.string(),
    type: z.string().default('unicast'),
    table: z.union([z.string(), z.number()]).default('main'),
    metric: z.number().default(0),
    prefsrc: z.string().optional(),
    // ip leaves out what `ip route add` writes.
    protocol: z.string().default('boot'),
    scope: z.union([z.string(), z.number()]).optional(),
    nexthops: z.array(hop).optional(),
  }),
)

const ruleSchema = z.array(
  z.looseObject({
    priority: z.number().default(0),
    src: z.string().default('all'),
    srclen: z.number().optional(),
    dst: z.string().default('all'),
    dstlen: z.number().optional(),
    iif: z.string().optional(),
    oif: z.string().optional(),
    fwmark: z.union([z.string(), z.number()]).optional(),
    fwmask: z.union([z.string(), z.number()]).optional(),
    table: z.union([z.string(), z.number()]).optional(),
  }),
)

/** Keys that are evaluated, and `protocol`, which says only who made the rule. */
const EVALUATED = new Set([...Object.keys(ruleSchema.element.shape), 'protocol'])

const PIECES = { 4: { routes: 'routes4', rules: 'rules4' }, 6: { routes: 'routes6', rules: 'rules6' } } as const

export const routing = defineFact<Routing>({
  key: 'routing',
  summary: 'Routes of all tables and routing rules, IPv4 and IPv6.',
  probe: [
    WHOLE,
    ...([4, 6] as const).map(
      (family) => `whole ip -j -${family} route show table all 2>&1
${endPiece(PIECES[family].routes)}
whole ip -j -${family} rule show 2>&1
${endPiece(PIECES[family].rules)}`,
    ),
  ].join('\n'),
  parse: (output) => ({
    routes: [...parseRoutes(output, 4), ...parseRoutes(output, 6)],
    rules: [...parseRules(output, 4), ...parseRules(output, 6)],
  }),
  // Table local follows the addresses, and an IPv6 one enters it when it is no longer tentative.
  steady: ({ routes, rules }) => ({
    routes: routes.filter(({ table, dst }) => table !== 'local' && !isLinkLocal(dst.split('/')[0]!)),
    rules,
  }),
  example: `[{"dst":"192.0.2.0/24","dev":"eth0","protocol":"kernel","scope":"link","prefsrc":"192.0.2.20","metric":100,\
"flags":[]},{"dst":"203.0.113.0/24","gateway":"192.0.2.1","dev":"eth0","flags":[]}]

== routes4 0
[{"priority":32766,"src":"all","table":"main"}]

== rules4 0
[{"dst":"fe80::/64","dev":"eth0","protocol":"kernel","metric":1024,"flags":[],"pref":"medium"}]

== routes6 0
[{"priority":32766,"src":"all","table":"main"}]

== rules6 0
`,
})

function parseRoutes(output: ProbeOutput, family: 4 | 6): Route[] {
  return parseJson(ipText(output, PIECES[family].routes), routeSchema, `ip -${family} route`).flatMap((route) =>
    (route.nexthops ?? [route])
      .filter(({ flags }) => !flags.includes('dead'))
      .map(({ gateway, via, dev }) => ({
        family,
        dst: prefixed(route.dst, 'default', undefined, family),
        type: route.type,
        gateway: gateway ?? via?.host ?? null,
        dev: dev ?? null,
        table: String(route.table),
        metric: route.metric,
        prefsrc: route.prefsrc ?? null,
        ...((route.protocol === 'boot' || route.protocol === 'static') && { protocol: route.protocol }),
        scope: route.scope === undefined ? null : String(route.scope),
      })),
  )
}

function parseRules(output: ProbeOutput, family: 4 | 6): Rule[] {
  return parseJson(ipText(output, PIECES[family].rules), ruleSchema, `ip -${family} rule`).map((rule) => ({
    family,
    priority: rule.priority,
    src: prefixed(rule.src, 'all', rule.srclen, family),
    dst: prefixed(rule.dst, 'all', rule.dstlen, family),
    iif: rule.iif ?? null,
    oif: rule.oif ?? null,
    fwmark: rule.fwmark === undefined ? null : [rule.fwmark, rule.fwmask ?? []].flat().join('/'),
    table: rule.table === undefined ? null : String(rule.table),
    other: Object.keys(rule).filter((key) => !EVALUATED.has(key)),
  }))
}

/** Text of a piece; a family that the kernel lacks has neither routes nor rules. */
function ipText(output: ProbeOutput, name: string): string {
  const { rc, text: printed } = piece(output, name)
  const text = lastTry(printed)
  if (rc !== 0 && /not supported|no such file/i.test(text)) return ''
  requireSuccess({ text, rc }, 'ip')
  return text
}

function prefixed(address: string, all: string, length: number | undefined, family: 4 | 6): string {
  if (address === all) return all
  if (length !== undefined) return length === 0 ? all : `${address}/${length}`
  return address.includes('/') || address === 'default' ? address : `${address}/${family === 4 ? 32 : 128}`
}
