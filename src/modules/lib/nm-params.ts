/** Parameters about addresses and MPTCP flags of a NetworkManager profile, checked as far as they can be without a host. */
import * as z from 'zod'
import { checkedFlags, nmFlagsFromNames, numberFault, wordsFault } from '../../mptcp/nm-flags.ts'
import { contains, isLinkLocal, isLoopback, isMulticast, networkOf, parseAddress, parseNetwork } from '../../text/ip.ts'

const METHODS = {
  4: ['auto', 'manual', 'link-local', 'disabled'],
  6: ['auto', 'dhcp', 'manual', 'link-local', 'disabled', 'ignore'],
} as const

/** Methods under which a profile has addresses of its own. */
const WITH_ADDRESSES: ReadonlySet<string> = new Set(['auto', 'dhcp', 'manual'])

/** Networks that hosts are put in are no larger: 10.0.0.0/8; 2002::/16. A shorter length is a slip such as /2 for /24. */
const SHORTEST = { 4: 8, 6: 16 } as const

/** Settings of one IP family. */
export interface FamilyWish {
  method?: string | undefined
  addresses?: string | string[] | undefined
  gateway?: string | undefined
}

/** Parameter `ipv4` or `ipv6`. */
export function familyParams(family: 4 | 6): z.ZodType<FamilyWish> {
  const address = z.string().superRefine((text, context) => {
    const fault = addressFault(text, family)
    if (fault !== null) context.addIssue({ code: 'custom', message: fault })
  })
  return z
    .strictObject({
      method: z
        .enum(METHODS[family])
        .optional()
        .describe(
          `auto: ${family === 4 ? 'by DHCP' : 'by router advertisement and DHCPv6'}; manual: addresses; by default manual where addresses are given`,
        ),
      addresses: z
        .union([address, z.array(address).min(1)])
        .optional()
        .describe('addresses with prefix length, the main one first'),
      gateway: z
        .string()
        .refine((text) => text === 'none' || parseAddress(text)?.family === family, {
          error: `not an IPv${family} address, nor none`,
        })
        .optional()
        .describe('gateway of the default route over this card; none: no default route'),
    })
    .superRefine((want, context) => {
      const fault = familyFault(want)
      if (fault !== null) context.addIssue({ code: 'custom', path: [fault.at], message: fault.message })
    })
}

/** Parameter `mptcp_flags`. */
export const flagsParam = z.union([z.int(), z.string(), z.array(z.string()).min(1)]).superRefine((value, context) => {
  const meant = numberOrWords(value)
  const fault = typeof meant === 'number' ? numberFault(meant) : wordsFault(meant)
  if (fault !== null) context.addIssue({ code: 'custom', message: fault })
})

/** The number that the parameter stands for; null where it is none that NetworkManager takes. */
export function flagsNumber(value: number | string | readonly string[]): number | null {
  const meant = numberOrWords(value)
  return typeof meant === 'number' ? checkedFlags(meant) : nmFlagsFromNames(meant)
}

function numberOrWords(value: number | string | readonly string[]): number | readonly string[] {
  if (typeof value !== 'string') return value
  return /^0x[\da-f]+$/i.test(value) ? Number(value) : value.split(/\s*,\s*/)
}

function addressFault(text: string, family: 4 | 6): string | null {
  const [address = '', length, ...rest] = text.split('/')
  const bits = family === 4 ? 32 : 128
  const example = family === 4 ? '192.0.2.10/24' : '2001:db8::10/64'
  if (parseAddress(address)?.family !== family || rest.length > 0) return `not an IPv${family} address like ${example}`
  if (length === undefined) return `has no prefix length: write it like ${example}`
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : bits + 1
  if (prefix > bits) return `/${length} is no prefix length of IPv${family}`
  if (prefix < SHORTEST[family]) {
    const usual = family === 4 ? '/24' : '/64'
    return `/${length} would be all of ${networkOf(address, prefix)}, too large to be meant; did you mean ${usual}?`
  }
  if (isLoopback(address) || isMulticast(address)) return `${address} is no address for a network card`
  return prefix < bits - 1 && isNetworkItself(address, prefix, family)
    ? `${address} is the ${family === 4 ? 'network or broadcast address' : 'address'} of ${networkOf(address, prefix)} itself, not of a host in it`
    : null
}

/** The first address of a network is the network's own (in IPv6 that of its routers), the last one of IPv4 its broadcast. */
function isNetworkItself(address: string, prefix: number, family: 4 | 6): boolean {
  const normal = parseAddress(address)?.normal
  if (normal === networkOf(address, prefix).split('/')[0]) return true
  if (family === 6) return false
  const value = Number(normal?.split('.').reduce((sum, part) => sum * 256 + Number(part), 0))
  const size = 2 ** (32 - prefix)
  return value % size === size - 1
}

function familyFault(want: FamilyWish): { at: keyof FamilyWish; message: string } | null {
  const addresses = [want.addresses ?? []].flat()
  const method = want.method ?? (addresses.length > 0 ? 'manual' : null)
  if (method === 'manual' && addresses.length === 0) return { at: 'method', message: 'manual needs addresses' }
  if (method !== null && !WITH_ADDRESSES.has(method)) {
    const given = addresses.length > 0 ? 'addresses' : want.gateway === undefined ? null : 'gateway'
    if (given !== null) return { at: given, message: `cannot go with method ${method}` }
  }
  if (want.gateway === undefined || want.gateway === 'none') return null
  if (addresses.length === 0) return { at: 'gateway', message: 'needs addresses beside it' }
  // What is no address at all is told by the parameter itself.
  return parseAddress(want.gateway) === null || reaches(addresses, want.gateway)
    ? null
    : { at: 'gateway', message: `${want.gateway} is in none of the networks of ${addresses.join(', ')}` }
}

/** A gateway may also be link-local, or lie beside networks of one address (/32), as some providers have it. */
function reaches(addresses: readonly string[], gateway: string): boolean {
  if (isLinkLocal(gateway) || addresses.some((text) => parseNetwork(text) === null)) return true
  return addresses.some((text) => /\/(?:32|128)$/.test(text) || contains(text, gateway))
}
