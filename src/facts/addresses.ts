import { z } from 'zod'
import { defineFact } from './define.ts'
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
          prefixlen: z.number().optional(),
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
  probe: 'ip -j addr show',
  parse: ({ stdout, stderr, rc }) => {
    requireSuccess({ rc, stderr, text: stdout }, 'ip')
    return parseJson(stdout, schema, 'ip addr').flatMap(({ ifname, addr_info }) =>
      addr_info.flatMap(({ family, local, address, prefixlen, noprefixroute, ...rest }) => {
        if (ifname === undefined || local === undefined || prefixlen === undefined) return []
        if (family !== 'inet' && family !== 'inet6') return []
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
})
