import * as z from 'zod'
import type { FilterChain } from '../mptcp/firewall.ts'
import { defineFact } from './define.ts'
import { endPiece, firstLine, parseJson, requireSuccess } from './read/output.ts'

/** The kernel's packet filter (nftables; what iptables-nft and firewalld make of it among it). */
export interface Firewall {
  /** In the order in which nft lists them. */
  chains: FilterChain[]
  /** Tables of the older iptables, whose rules are not read. */
  legacy: string[]
  /** Why nothing is known of its rules, else null. */
  absent: string | null
}

/** A ruleset that is larger is not read: what it does is not told from its rules here anyway. */
const MOST_BYTES = 1024 * 1024
const SECONDS = 10

const schema = z.object({
  nftables: z.array(
    z.looseObject({
      chain: z
        .looseObject({
          family: z.string(),
          table: z.string(),
          name: z.string(),
          hook: z.string().optional(),
          prio: z.number().optional(),
          dev: z.union([z.string(), z.array(z.string())]).optional(),
          policy: z.string().optional(),
        })
        .optional(),
      rule: z
        .looseObject({
          family: z.string(),
          table: z.string(),
          chain: z.string(),
          expr: z.array(z.unknown()).default([]),
        })
        .optional(),
    }),
  ),
})

export const firewall = defineFact<Firewall>({
  key: 'firewall',
  summary: 'Chains and rules of the packet filter (nftables), without the members of named sets.',
  probe: `for f in /proc/net/ip_tables_names /proc/net/ip6_tables_names; do
[ -r "$f" ] && while read -r t; do echo "legacy $t"; done <"$f"
done
command -v nft >/dev/null || { echo 'no nft'; exit 0; }
echo ruleset
{ timeout ${SECONDS} nft -j -t list ruleset 2>&1
${endPiece('ruleset')}
} | head -c ${MOST_BYTES}`,
  parse: ({ stdout }) => {
    const at = stdout.search(/^(?:ruleset|no nft)$/m)
    const legacy = [
      ...new Set([...stdout.slice(0, Math.max(at, 0)).matchAll(/^legacy (\S{1,32})$/gm)].map((one) => one[1]!)),
    ]
    const none = (absent: string): Firewall => ({ chains: [], legacy, absent })
    if (stdout.startsWith('no nft', at)) return none('nft is not installed')
    const end = /\n== ruleset (\d{1,3})\n?$/.exec(stdout)
    if (at < 0 || end === null) return none(`its rules are longer than ${MOST_BYTES} bytes`)
    const [text, rc] = [stdout.slice(at + 'ruleset\n'.length, end.index), Number(end[1])]
    if (rc === 124) return none(`nft took longer than ${SECONDS} s`)
    // Built without JSON, or a kernel without nftables.
    if (rc !== 0 && !/not permitted|permission denied/i.test(text))
      return none(`nft ended with ${rc}: ${firstLine(text)}`)
    requireSuccess({ rc, text }, 'nft')
    return { chains: chainsOf(parseJson(text, schema, 'nft').nftables), legacy, absent: null }
  },
  // Counters in rules go on.
  steady: (found) => ({
    ...found,
    chains: found.chains.map((chain) => ({ ...chain, rules: chain.rules.map(steadyRule) })),
  }),
  example: `ruleset
{"nftables": [{"metainfo": {"version": "1.1.3", "release_name": "Commodore Bullmoose #4", "json_schema_version": 1}}, \
{"table": {"family": "inet", "name": "filter", "handle": 1}}, {"chain": {"family": "inet", "table": "filter", \
"name": "input", "handle": 3, "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}}, \
{"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": 21, "expr": [{"match": {"op": "==", \
"left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": {"set": [22, {"range": [80, 90]}]}}}, \
{"counter": {"packets": 7, "bytes": 420}}, {"accept": null}]}}]}

== ruleset 0
`,
})

function chainsOf(items: z.infer<typeof schema>['nftables']): FilterChain[] {
  const rules = new Map<string, unknown[][]>()
  for (const { rule } of items) {
    if (rule === undefined) continue
    const key = `${rule.family} ${rule.table} ${rule.chain}`
    const list = rules.get(key) ?? []
    list.push(rule.expr)
    rules.set(key, list)
  }
  return items.flatMap(({ chain }) => {
    if (chain === undefined) return []
    const { family, table, hook = null, prio = 0, policy = 'accept' } = chain
    const devices = chain.dev === undefined ? [] : [chain.dev].flat()
    const own = rules.get(`${family} ${table} ${chain.name}`) ?? []
    return [{ family, table, name: chain.name, hook, prio, policy, devices, rules: own }]
  })
}

function steadyRule(rule: readonly unknown[]): unknown[] {
  return rule.filter((part) => !(typeof part === 'object' && part !== null && ('counter' in part || 'quota' in part)))
}
