/**
 * The flags by which NetworkManager (from 1.40) makes path manager endpoints: property connection.mptcp-flags
 * (nm-settings-nmcli(5); its behaviour was measured on 1.52).
 */
import { didYouMean } from '../text/closest.ts'
import { isLinkLocal, isLoopback, contains } from '../text/ip.ts'
import type { EndpointFlag } from './endpoint-flags.ts'
import { sortFlags } from './endpoint-flags.ts'

/** No endpoints on this card. */
export const NM_DISABLED = 0x1
const ENABLED = 0x2
const ALSO_WITHOUT_SYSCTL = 0x4
const ALSO_WITHOUT_DEFAULT_ROUTE = 0x8

/** All that NetworkManager has a meaning for, `laminar` (0x100) of later versions among them. */
const ALL_BITS = 0x1ff

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

const NO_MESH = 'signal and fullmesh do not go together'

/** Words that a playbook may say in place of a number, beside `default` and `disabled`, which stand alone. */
const NM_FLAG_NAMES: readonly string[] = ['default', 'disabled', ...BITS.map(([name]) => name)]

/** The number that words of NM_FLAG_NAMES stand for, or null where they go together in no way. */
export function nmFlagsFromNames(names: readonly string[]): number | null {
  if (names.length === 1 && names[0] === 'default') return 0
  if (names.length === 1 && names[0] === 'disabled') return NM_DISABLED
  const flags = BITS.map(([name]) => name).filter((name) => names.includes(name))
  return flags.length === new Set(names).size ? checkedFlags(nmFlagsFor(flags)) : null
}

/** Why words stand for no number; null where they do. */
export function wordsFault(names: readonly string[]): string | null {
  const unknown = names.find((name) => !NM_FLAG_NAMES.includes(name))
  if (unknown !== undefined) {
    const meant = didYouMean(unknown, NM_FLAG_NAMES)
    return `"${unknown}" is no flag; ${meant === '' ? `there are ${NM_FLAG_NAMES.join(', ')}` : meant}`
  }
  const alone = names.find((name) => name === 'default' || name === 'disabled')
  if (alone !== undefined && names.length > 1) {
    const other = names.find((name) => name !== alone)
    return other === undefined ? `${alone} is said twice` : `${alone} and ${other} do not go together`
  }
  if (names.includes('signal') && names.includes('fullmesh')) return NO_MESH
  return nmFlagsFromNames(names) === null ? `${names[0] ?? 'it'} needs signal or subflow beside it` : null
}

/** Why NetworkManager refuses a number; null where it takes it. */
export function numberFault(value: number): string | null {
  if (value < 0 || value > ALL_BITS) {
    return `has bits that NetworkManager does not know: its flags are 0x0 to ${nmFlagsText(ALL_BITS)}`
  }
  if ((value & NM_DISABLED) !== 0 && value !== NM_DISABLED) {
    return `disabled (0x1) does not go together with others (${nmFlagsText(value - NM_DISABLED)})`
  }
  return (value & 0x90) === 0x90 ? NO_MESH : null
}

/** The number itself, or null where NetworkManager refuses it: `disabled` with others, `signal` with `fullmesh`. */
export function checkedFlags(value: number | null): number | null {
  return value === null || numberFault(value) !== null ? null : value
}

/** Whether endpoints are made although MPTCP was switched off when the profile was activated. */
export function nmMakesWithoutSysctl(value: number): boolean {
  return (value & ALSO_WITHOUT_SYSCTL) !== 0
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
