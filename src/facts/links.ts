import * as z from 'zod'
import { namedRecord } from '../text/record.ts'
import { defineFact } from './define.ts'
import { WHOLE, lastTry } from './read/ip-dump.ts'
import { parseJson, requireSuccess } from './read/output.ts'

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

const bytes = z.object({ bytes: z.number() })

// ip prints an empty object for each link that a filter left out.
const schema = z.array(
  z.union([
    z.object({
      ifname: z.string(),
      ifindex: z.number(),
      address: z.string().optional(),
      mtu: z.number().default(0),
      flags: z.array(z.string()),
      linkinfo: z.object({ info_kind: z.string().optional() }).optional(),
      master: z.string().optional(),
      stats64: z.object({ rx: bytes, tx: bytes }).optional(),
      stats: z.object({ rx: bytes, tx: bytes }).optional(),
    }),
    z.strictObject({}),
  ]),
)

export const links = defineFact<Links>({
  key: 'links',
  summary: 'Network links with state, kind and byte counters.',
  probe: `${WHOLE}
whole ip -j -d -s link show`,
  parse: ({ stdout, stderr, rc }) => {
    requireSuccess({ rc, stderr, text: stdout }, 'ip')
    const found: Links = namedRecord([])
    for (const item of parseJson(lastTry(stdout), schema, 'ip link')) {
      if (!('ifname' in item)) continue
      const stats = item.stats64 ?? item.stats
      found[item.ifname] = {
        name: item.ifname,
        index: item.ifindex,
        mac: item.address ?? null,
        mtu: item.mtu,
        up: item.flags.includes('UP') && item.flags.includes('LOWER_UP'),
        loopback: item.flags.includes('LOOPBACK'),
        kind: item.linkinfo?.info_kind ?? null,
        master: item.master ?? null,
        rxBytes: stats?.rx.bytes ?? 0,
        txBytes: stats?.tx.bytes ?? 0,
      }
    }
    return found
  },
  steady: (found) =>
    namedRecord(Object.entries(found).map(([name, link]) => [name, { ...link, rxBytes: 0, txBytes: 0 }])),
  example: `[{"ifindex":3,"link_index":6,"ifname":"eth0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,\
"qdisc":"noqueue","operstate":"UP","linkmode":"DEFAULT","group":"default","txqlen":1000,"link_type":"ether",\
"address":"02:84:23:ff:a0:b7","broadcast":"ff:ff:ff:ff:ff:ff","link_netnsid":1,"promiscuity":0,"allmulti":0,\
"min_mtu":68,"max_mtu":65535,"linkinfo":{"info_kind":"veth"},"inet6_addr_gen_mode":"none","num_tx_queues":2,\
"num_rx_queues":2,"gso_max_size":65536,"gso_max_segs":65535,"tso_max_size":524280,"tso_max_segs":65535,\
"gro_max_size":65536,"gso_ipv4_max_size":65536,"gro_ipv4_max_size":65536,"stats64":{"rx":{"bytes":493029,\
"packets":6268,"errors":0,"dropped":0,"over_errors":0,"multicast":0},"tx":{"bytes":196478532,"packets":6812,\
"errors":0,"dropped":0,"carrier_errors":0,"collisions":0}}}]
`,
})
