/** Declares endpoints of the path manager, by whoever owns the card they are on. */
import * as z from 'zod'
import { addresses } from '../facts/addresses.ts'
import { identity } from '../facts/identity.ts'
import { links } from '../facts/links.ts'
import { endpointKey, endpoints } from '../facts/mptcp_endpoints.ts'
import { limits } from '../facts/mptcp_limits.ts'
import { mptcpPersisted } from '../facts/mptcp_persisted.ts'
import { nm } from '../facts/nm.ts'
import { nmProfiles } from '../facts/nm_profile.ts'
import { routing } from '../facts/routing.ts'
import { sysctl } from '../facts/sysctl.ts'
import { parseAddress } from '../text/ip.ts'
import { defineModule } from './define.ts'
import { planEndpoints } from './lib/endpoints.ts'
import { planPersisted } from './lib/persisted.ts'
import { mergePlans, finishPlan } from './lib/steps.ts'
import { portsWhileOff, resolveWishes } from './lib/wishes.ts'

const endpoint = z
  .strictObject({
    address: z
      .string()
      .refine((text) => parseAddress(text) !== null, { error: 'not an IP address (without prefix length)' })
      .describe("IP address of one of the host's cards"),
    dev: z
      .string()
      .min(1)
      .optional()
      .describe('card to which subflows are bound; by default the one that has the address'),
    flags: z
      .array(z.enum(['signal', 'subflow', 'backup', 'fullmesh', 'laminar']))
      .describe(
        'signal: announce the address to the other side; subflow: open subflows from it; backup: use them only when ' +
          'no other is left; fullmesh: to every address of the other side; laminar: from it to announced addresses (Linux 6.18)',
      ),
    port: z.int().min(1).max(65_535).optional().describe('announce the address with this port; needs signal'),
    id: z.int().min(1).max(255).optional().describe('identifier of the address; by default any that is free'),
  })
  .refine(({ flags }) => !(flags.includes('signal') && flags.includes('fullmesh')), {
    error: 'the kernel does not take signal and fullmesh together',
    path: ['flags'],
  })
  .refine(({ port, flags }) => port === undefined || (flags.includes('signal') && !flags.includes('subflow')), {
    error: 'port needs the flag signal and cannot go with subflow',
    path: ['port'],
  })

type Written = z.infer<typeof endpoint>

export const mptcpEndpoints = defineModule({
  name: 'mptcp_endpoints',
  summary: 'Declare the addresses that MPTCP announces or opens subflows from.',
  description:
    'Where NetworkManager (1.40 or newer) manages a card and all its addresses want the same flags, its profile makes ' +
    'the endpoints (connection.mptcp-flags); otherwise the kernel is told them directly, mptcp-fleet.service brings ' +
    'them back at boot, and NetworkManager is told to keep away from that card. Endpoints that are not listed stay ' +
    'unless exact is set. Endpoints that the kernel makes by itself (implicit) never count. With an endpoint go the ' +
    'subflows from its address, also those of open connections; a connection that has no others gets no more data.',
  example: `- hosts: system-b
  become: true
  tasks:
    - name: the server announces both its addresses
      mptcp_endpoints:
        endpoints:
          - address: 192.0.2.20
            flags: [signal]
          - address: 198.51.100.20
            flags: [signal]

- hosts: system-a
  become: true
  tasks:
    - name: the client opens subflows from one card, as a backup, and from no other
      mptcp_endpoints:
        endpoints:
          - address: 198.51.100.10
            dev: wlan0
            flags: [subflow, backup]
            id: 10
        exact: true
`,
  params: z.strictObject({
    endpoints: z
      .array(endpoint)
      .refine(
        isUnique((item: Written) => endpointKey({ address: normal(item.address), port: item.port ?? null })),
        {
          error: 'an address with the same port is listed twice',
        },
      )
      .refine(
        isUnique((item: Written) => item.id),
        { error: 'an id is given twice' },
      )
      .describe('the endpoints that are to be there'),
    exact: z.boolean().default(false).describe('remove all other endpoints'),
    persist: z.boolean().default(true).describe("also at boot, by NetworkManager's profile or mptcp-fleet.service"),
  }),
  facts: () => ({
    identity,
    endpoints,
    limits,
    persisted: mptcpPersisted,
    addresses,
    links,
    routing,
    nm,
    nmProfiles,
    sysctl,
  }),
  plan: (want, have) => {
    const { wishes, problems } = resolveWishes(want.endpoints, have.addresses, have.links)
    if (have.sysctl['net.mptcp.enabled'] !== '1') problems.push(...portsWhileOff(wishes, have.endpoints))
    if (problems.length > 0) return { changes: [], problems }
    const plan = planEndpoints(wishes, have, { exact: want.exact, persist: want.persist, quiet: [] })
    const model = { limits: have.persisted.limits, endpoints: plan.persisted }
    const persisted = want.persist ? planPersisted(have.persisted, model, have.identity) : { changes: [] }
    return finishPlan(have.identity, mergePlans(plan, persisted))
  },
})

function normal(address: string): string {
  return parseAddress(address)?.normal ?? address
}

function isUnique<T>(key: (item: T) => unknown): (items: readonly T[]) => boolean {
  return (items) => {
    const keys = items.map(key).filter((one) => one !== undefined)
    return new Set(keys).size === keys.length
  }
}
