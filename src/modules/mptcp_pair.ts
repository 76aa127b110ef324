/** Configures servers and clients for multipath from their own addresses. */
import * as z from 'zod'
import { addresses } from '../facts/addresses.ts'
import { identity } from '../facts/identity.ts'
import { links } from '../facts/links.ts'
import { endpoints } from '../facts/mptcp_endpoints.ts'
import { limits } from '../facts/mptcp_limits.ts'
import { mptcpPersisted } from '../facts/mptcp_persisted.ts'
import { netFilters } from '../facts/net_filters.ts'
import { nm } from '../facts/nm.ts'
import { nmProfiles } from '../facts/nm_profile.ts'
import { routing } from '../facts/routing.ts'
import { sshConnection } from '../facts/ssh_connection.ts'
import type { PlanResult } from '../model/change.ts'
import { parseNetwork } from '../text/ip.ts'
import { defineFleetModule } from './define.ts'
import { planPair } from './lib/pair-plan.ts'

const path = z
  .strictObject({
    network: z
      .string()
      .refine((text) => parseNetwork(text) !== null, { error: 'not a network such as 192.0.2.0/24' })
      .optional()
      .describe('network in which both hosts have an address'),
    server: z.string().min(1).optional().describe('interface or address on the server; together with client'),
    client: z.string().min(1).optional().describe('interface or address on the client; together with server'),
    backup: z
      .boolean()
      .optional()
      .describe(
        'true: carry data here only when no other path is left; false: always; by default as its endpoint says, if there is one',
      ),
  })
  .refine(
    ({ network, server, client }) =>
      network === undefined
        ? server !== undefined && client !== undefined
        : server === undefined && client === undefined,
    { error: 'give network, or server and client' },
  )

const params = z
  .strictObject({
    server: z.string().min(1).describe('name of the host that programs connect to; it announces its addresses'),
    client: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe('name of the host that connects, or a list of several; clients open the extra subflows'),
    paths: z
      .array(path)
      .min(1)
      .optional()
      .describe('the paths to use; by default every network in which both hosts have an address of their own'),
    persist: z.boolean().default(true).describe("also at boot, by NetworkManager's profiles or mptcp-fleet.service"),
  })
  .refine(({ server, client }) => !clientsOf(client).includes(server), {
    error: 'a host cannot be server and client of the same pair',
    path: ['client'],
  })

export const mptcpPair = defineFleetModule({
  name: 'mptcp_pair',
  summary: 'Configure a server and its clients for multipath over all networks they share.',
  description:
    'The server announces its address on every path (endpoints with signal); the client has no endpoints and opens ' +
    'subflows to what is announced; limits are the number of paths less one. What others declared is kept: limits are ' +
    'only raised, endpoints only added. Networks of one host alone, links that are down, loopback, link-local and host ' +
    'routes are no paths, nor are addresses that both hosts have; two networks over the same two cards are one path. ' +
    'It refuses before touching either host where fewer than two paths are left, where roles overlap, where there is no ' +
    'route, and where rp_filter would drop what comes in.',
  example: `- name: both ends use every network they share
  mptcp_pair:
    server: system-b
    client: system-a
---
- name: or only these two, the second one for when the first is gone
  mptcp_pair:
    server: system-b
    client: system-a
    paths:
      - network: 192.0.2.0/24
      - server: wlan0
        client: wlan0
        backup: true
`,
  params,
  facts: () => ({
    identity,
    endpoints,
    limits,
    persisted: mptcpPersisted,
    addresses,
    links,
    routing,
    netFilters,
    nm,
    nmProfiles,
    ssh: sshConnection,
  }),
  hosts: (want) => [want.server, ...clientsOf(want.client)],
  plan: (want, have, absent): Record<string, PlanResult> =>
    planPair({ ...want, clients: clientsOf(want.client) }, have, absent),
})

function clientsOf(client: string | string[]): string[] {
  return [...new Set([client].flat())]
}
