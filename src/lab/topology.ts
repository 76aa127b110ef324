// What a lab's topology file may say, as a zod schema, and the same as a value with every count and default resolved.
import * as z from 'zod'
import { parseAddress, parseNetwork } from '../text/ip.ts'

const CARD = /^[a-z][a-z0-9_.-]{0,14}$/
const HOST = /^[a-z][a-z0-9-]{0,39}$/
const SIZE = /^\d+[KMG]$/

const card = z.string().regex(CARD, 'a card is named with up to 15 small letters, digits, dots and dashes')
const address = z
  .string()
  .refine((text) => parseNetwork(text) !== null, 'an address is written with its prefix length, like 192.0.2.10/24')
const path = z.string().regex(/^\/[^:,]*$/, 'a path on the host begins with a slash and has neither colon nor comma')
const management = z.enum(['managed', 'unmanaged'])

const member = z.strictObject({
  card: card.optional().describe('name of the card on this host; default: the name of the link'),
  addresses: z.array(address).default([]),
  networkManager: management.optional().describe('default: managed on hosts of kind systemd'),
  state: z.enum(['up', 'down']).default('up').describe('down: the card is there, but neither up nor addressed'),
  gateway: z
    .string()
    .refine((text) => parseAddress(text) !== null, 'a gateway is an address without a prefix length, like 192.0.2.1')
    .optional()
    .describe('default route over this card'),
})

/** A member written short, as its address or addresses alone. */
function asMember(value: string | string[] | z.infer<typeof member>): z.infer<typeof member> {
  if (typeof value === 'string') return { addresses: [value], state: 'up' }
  return Array.isArray(value) ? { addresses: value, state: 'up' } : value
}

const link = z.strictObject({
  rate: z
    .string()
    .regex(/^\d+(kbit|mbit|gbit)$/, 'a rate is written like 100mbit')
    .optional()
    .describe('limit in each direction, applied in the switch; default: none'),
  shaper: z.enum(['tbf', 'htb']).default('tbf'),
  mtu: z.number().int().min(576).max(65_535).optional(),
  hosts: z
    .record(z.string(), z.union([address, z.array(address), member]).transform(asMember))
    .describe('the hosts on this link: an address, a list of them, or a mapping'),
})

const user = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_-]{0,30}$/, 'a user is named with small letters, digits, dashes'),
  password: z.string().optional(),
  sudo: z.enum(['none', 'password', 'nopasswd']).default('none'),
  shell: z.string().optional(),
})

const host = z.strictObject({
  kind: z
    .enum(['systemd', 'light'])
    .default('systemd')
    .describe('systemd boots init, NetworkManager and journald; light runs sshd alone'),
  count: z.number().int().min(1).max(250).optional().describe('NAME-01 to NAME-count, addresses counting up'),
  groups: z
    .array(z.string().regex(/^[A-Za-z_]\w*$/, 'a group is named with letters, digits and underscores'))
    .default([]),
  sysctl: z
    .record(z.string().regex(/^net\.[\w.-]+$/, 'only net.* is per host'), z.union([z.string(), z.number()]))
    .default({}),
  packages: z
    .strictObject({
      absent: z.array(z.string()).default([]).describe('neither installed nor to be had from the package source'),
      present: z.array(z.string()).default([]).describe('installed from the package source before the first boot'),
    })
    .prefault({}),
  disk: z.string().regex(SIZE, 'a size is written like 64M').optional().describe('size of all that the host may write'),
  readOnly: z.array(path).default([]).describe('folders that are mounted read-only'),
  loginShell: z
    .enum(['bash', 'dash', 'fish', 'zsh'])
    .optional()
    .describe('of root and of the lab’s users; default bash'),
  users: z.array(user).default([]),
  files: z
    .record(
      path,
      z.union([z.string(), z.strictObject({ content: z.string(), mode: z.string().regex(/^0?[0-7]{3,4}$/) })]),
    )
    .default({})
    .describe('files as they are before the first boot'),
})

const middlebox = z.strictObject({
  host: z.string().optional().describe('in whose namespace the rules lie; default: between the hosts, in the switch'),
  nft: z.string().describe('a ruleset as nft reads it from a file; in the switch use the bridge family'),
})

export const topologySchema = z.strictObject({
  description: z.string().optional(),
  hosts: z.record(z.string().regex(HOST, 'a host is named with up to 40 small letters, digits and dashes'), host),
  links: z.record(card, link).default({}),
  middleboxes: z.array(middlebox).default([]),
})

export type HostSpec = z.infer<typeof host>
export type MemberSpec = z.infer<typeof member>
export type LinkSpec = z.infer<typeof link>
export type TopologySpec = z.infer<typeof topologySchema>

/** A topology whose counts are expanded: every host and every member of a link is one machine. */
export interface Topology extends TopologySpec {
  /** Names the lab's folder: the file's base name. */
  name: string
}
