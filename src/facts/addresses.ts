import * as z from 'zod'
import { FactUnreadable } from '../model/fact.ts'
import { parseAddress } from '../text/ip.ts'
import { defineFact } from './define.ts'
import { WHOLE, lastTry } from './read/ip-dump.ts'
import { parseJson, requireSuccess } from './read/output.ts'

/** `ip -j addr`, one entry an address. */
export interface Address {
  dev: string
  family: 4 | 6
  address: string
  prefix: number
  scope: 'global' | 'link' | 'host' | 'site'
  /** Given for a limited time by DHCP or router advertisement. */
  dynamic: boolean
  tentative: boolean
  peer: string | null
  /**
   * There where a global address that stays brought the route of its network along, as with `ip addr add`.
   * NetworkManager's own never do (flag noprefixroute).
   */
  prefixRoute?: true
}
export type Addresses = Address[]

const schema = z.array(
  z.object({
    ifname: z.string().optional(),
    addr_info: z
      .array(
        z.object({
          family: z.string().optional(),
          local: z.string().optional(),
          /** Other end of a point-to-point link. */
          address: z.string().optional(),
          prefixlen: z.int().min(0).max(128).optional(),
          // A scope that the host's rt_scopes does not name is a number; it reaches as far as global does.
          scope: z.enum(['global', 'link', 'host', 'site']).catch('global'),
          dynamic: z.boolean().default(false),
          tentative: z.boolean().default(false),
          noprefixroute: z.boolean().default(false),
        }),
      )
      .default([]),
  }),
)

export const addresses = defineFact<Addresses>({
  key: 'addresses',
  summary: 'IP addresses by network link.',
  probe: `${WHOLE}
whole ip -j addr show`,
  parse: ({ stdout, stderr, rc }) => {
    requireSuccess({ rc, stderr, text: stdout }, 'ip')
    return parseJson(lastTry(stdout), schema, 'ip addr').flatMap(({ ifname, addr_info }) =>
      addr_info.flatMap(({ family, local, address, prefixlen, noprefixroute, ...rest }) => {
        if (ifname === undefined || local === undefined || prefixlen === undefined) return []
        if ((family !== 'inet' && family !== 'inet6') || !isOfFamily(local, family, prefixlen)) return []
        return [
          {
            dev: ifname,
            family: family === 'inet' ? 4 : 6,
            address: local,
            prefix: prefixlen,
            ...rest,
            peer: address ?? null,
            ...(rest.scope === 'global' && !rest.dynamic && !noprefixroute && { prefixRoute: true as const }),
          },
        ]
      }),
    )
  },
  // Link-local ones come by themselves when a link is up, and each IPv6 one is tentative for a second or two.
  steady: (found) => found.filter(({ scope }) => scope !== 'link').map((one) => ({ ...one, tentative: false })),
  example: `[{"ifindex":2,"link_index":1674,"ifname":"mgmt0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,\
"qdisc":"noqueue","operstate":"UP","group":"default","txqlen":1000,"link_type":"ether",\
"address":"02:2c:93:ad:cc:b3","broadcast":"ff:ff:ff:ff:ff:ff","link_netnsid":0,"addr_info":[{"family":"inet",\
"local":"100.106.113.90","prefixlen":30,"scope":"global","label":"mgmt0","valid_life_time":4294967295,\
"preferred_life_time":4294967295},{"family":"inet6","local":"fe80::2c:93ff:fead:ccb3","prefixlen":64,\
"scope":"link","protocol":"kernel_ll","valid_life_time":4294967295,"preferred_life_time":4294967295}]},\
{"ifindex":3,"link_index":6,"ifname":"eth0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,\
"qdisc":"noqueue","operstate":"UP","group":"default","txqlen":1000,"link_type":"ether",\
"address":"02:84:23:ff:a0:b7","broadcast":"ff:ff:ff:ff:ff:ff","link_netnsid":1,"addr_info":[{"family":"inet",\
"local":"192.0.2.20","prefixlen":24,"broadcast":"192.0.2.255","scope":"global","noprefixroute":true,\
"label":"eth0","valid_life_time":4294967295,"preferred_life_time":4294967295},{"family":"inet6",\
"local":"fe80::84:23ff:feff:a0b7","prefixlen":64,"scope":"link","noprefixroute":true,\
"valid_life_time":4294967295,"preferred_life_time":4294967295}]}]
`,
})

/** False for an IPv4 address written as IPv6, which no socket has. Throws FactUnreadable where the text is no address. */
function isOfFamily(local: string, family: 'inet' | 'inet6', prefix: number): boolean {
  const found = parseAddress(local)?.family
  if (found === undefined || prefix > (family === 'inet' ? 32 : 128)) {
    throw new FactUnreadable(`ip addr printed what is no address: ${`${local}/${prefix}`.slice(0, 80)}`)
  }
  return found === (family === 'inet' ? 4 : 6)
}
