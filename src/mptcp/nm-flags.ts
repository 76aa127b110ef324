/**
 * The flags by which NetworkManager (from 1.40) makes path manager endpoints: property connection.mptcp-flags
 * (nm-settings-nmcli(5); its behaviour was measured on 1.52).
 */
import { isLinkLocal, isLoopback, contains } from '../text/ip.ts'
import type { EndpointFlag } from './endpoint-flags.ts'
import { sortFlags } from './endpoint-flags.ts'

/** No endpoints on this card. */
export const NM_DISABLED = 0x1
const ENABLED = 0x2
const ALSO_WITHOUT_SYSCTL = 0x4
const ALSO_WITHOUT_DEFAULT_ROUTE = 0x8

/** Endpoint flags that NetworkManager can set. `laminar` is none of them: 1.52 refuses its bit. */
const BITS: readonly [EndpointFlag, number][] = [
  ['signal', 0x10],
  ['subflow', 0x20],
  ['backup', 0x40],
  ['fullmesh', 0x80],
]

/**
 * The value that makes endpoints with these flags whatever the sysctl was at activation and without a default route
 * on the card; null where NetworkManager cannot express them.
 */
export function nmFlagsFor(flags: readonly EndpointFlag[]): number | null {
  if (!flags.includes('signal') && !flags.includes('subflow')) return null
  let value = ENABLED | ALSO_WITHOUT_SYSCTL | ALSO_WITHOUT_DEFAULT_ROUTE
  for (const flag of flags) {
    const bit = BITS.find(([name]) => name === flag)?.[1]
    if (bit === undefined) return null
    value |= bit
  }
  return value
}

/**
 * Flags of the endpoints that NetworkManager makes on a card whose profile has this value, or null where it makes none.
 * 0 is the default (enabled, subflow). The sysctl is taken as on: endpoints matter only then.
 */
export function nmMakes(value: number, hasDefaultRoute: boolean): EndpointFlag[] | null {
  if ((value & NM_DISABLED) !== 0) return null
  if (!hasDefaultRoute && (value & ALSO_WITHOUT_DEFAULT_ROUTE) === 0) return null
  const flags = BITS.filter(([, bit]) => (value & bit) !== 0).map(([name]) => name)
  return flags.includes('signal') || flags.includes('subflow') ? sortFlags(flags) : sortFlags([...flags, 'subflow'])
}

/** Whether NetworkManager makes endpoints of such an address at all: not of loopback, link-local and fc00::/7. */
export function nmCovers(address: string): boolean {
  return !isLoopback(address) && !isLinkLocal(address) && !contains('fc00::/7', address)
}

/** As nmcli takes it: `0x1e`. */
export function nmFlagsText(value: number): string {
  return `0x${value.toString(16)}`
}

/** Whether this version of NetworkManager knows connection.mptcp-flags. */
export function nmKnowsMptcp(version: string | null): boolean {
  const [major = 0, minor = 0] = (version ?? '0').split('.').map(Number)
  return major > 1 || (major === 1 && minor >= 40)
}
