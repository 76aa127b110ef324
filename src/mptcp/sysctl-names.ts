/**
 * The settings below net.mptcp: what they take, and the kernel that brought each. From the kernel's
 * Documentation/networking/mptcp-sysctl.rst and its net/mptcp/ctrl.c; ranges tried on Linux 6.18.
 */
import { didYouMean } from '../text/closest.ts'

export type SysctlType =
  | { kind: 'boolean' }
  | { kind: 'number'; min: number; max: number; unit?: string }
  /** One of the names that the kernel lists in another setting. */
  | { kind: 'name'; listedIn: string; usual: readonly string[] }

export interface SysctlSetting {
  /** Linux version that has it. */
  since: string
  /** Null: it can only be read. */
  type: SysctlType | null
  /** What an older kernel has in its place. */
  instead?: string
  /** What the kernel starts with; left out where kernels or distributions differ. */
  initial?: string
}

const BOOLEAN = { kind: 'boolean' } as const
/** Seconds are kept in ticks of the clock in an int: with 1000 ticks a second, the most that any kernel has, this fits. */
const TICKS = { kind: 'number', min: 0, max: 2_147_483, unit: 'seconds' } as const

/** By name below net.mptcp. */
export const SYSCTL_SETTINGS: Readonly<Record<string, SysctlSetting>> = {
  enabled: { since: '5.6', type: BOOLEAN },
  add_addr_timeout: { since: '5.11', initial: '120', type: TICKS },
  checksum_enabled: { since: '5.14', initial: '0', type: BOOLEAN },
  allow_join_initial_addr_port: { since: '5.14', initial: '1', type: BOOLEAN },
  stale_loss_cnt: { since: '5.15', initial: '4', type: { kind: 'number', min: 0, max: 4_294_967_295 } },
  pm_type: { since: '5.19', initial: '0', type: { kind: 'number', min: 0, max: 1 } },
  scheduler: {
    since: '6.6',
    initial: 'default',
    type: { kind: 'name', listedIn: 'available_schedulers', usual: ['default'] },
  },
  close_timeout: { since: '6.7', initial: '60', type: TICKS },
  available_schedulers: { since: '6.10', type: null },
  blackhole_timeout: {
    since: '6.12',
    initial: '3600',
    type: { kind: 'number', min: 0, max: 2_147_483_647, unit: 'seconds' },
  },
  syn_retrans_before_tcp_fallback: { since: '6.14', initial: '2', type: { kind: 'number', min: 0, max: 255 } },
  path_manager: {
    since: '6.15',
    type: { kind: 'name', listedIn: 'available_path_managers', usual: ['kernel', 'userspace'] },
    instead: 'pm_type: 0 for kernel, 1 for userspace',
  },
  available_path_managers: { since: '6.15', type: null },
  add_addr_v6_port_drop_ts: { since: '7.2', type: BOOLEAN },
}

const PREFIX = 'net.mptcp.'

/** What each setting that can be set takes, one a line: `stale_loss_cnt: 0 to 4294967295 (5.15)`. */
export function settingLines(): string {
  const settable = Object.entries(SYSCTL_SETTINGS).flatMap(([name, { type, since }]) =>
    type === null ? [] : [`${name}: ${typeText(type)} (${since})`],
  )
  return settable.toSorted().join('\n')
}

function typeText(type: SysctlType): string {
  if (type.kind === 'boolean') return 'true or false'
  if (type.kind === 'name') return `${type.usual.join(', ')}, or what ${type.listedIn} names`
  return `${type.min} to ${type.max}${type.unit === undefined ? '' : ` ${type.unit}`}`
}

/** As the kernel takes it and reads it back, or why the setting cannot have this value. */
export function kernelValue(name: string, value: boolean | number | string): { value: string } | { fault: string } {
  const setting = Object.hasOwn(SYSCTL_SETTINGS, name) ? SYSCTL_SETTINGS[name] : undefined
  if (setting === undefined) return { fault: unknownName(name) }
  const { type } = setting
  if (type === null) return { fault: `${PREFIX}${name} can only be read` }
  const text = typeof value === 'string' ? value.trim() : value
  if (type.kind === 'boolean') {
    if (text === true || text === 1 || text === '1') return { value: '1' }
    if (text === false || text === 0 || text === '0') return { value: '0' }
    return { fault: 'must be true or false (or 1 or 0)' }
  }
  if (type.kind === 'number') {
    const number = typeof text === 'string' && /^\d{1,10}$/.test(text) ? Number(text) : text
    if (typeof number === 'number' && Number.isInteger(number) && number >= type.min && number <= type.max) {
      return { value: String(number) }
    }
    return {
      fault: `must be a whole number from ${type.min} to ${type.max}${type.unit === undefined ? '' : ` (${type.unit})`}`,
    }
  }
  // Schedulers and path managers may be added by BPF; which ones a host has is known there only.
  if (typeof text === 'string' && /^[\w.-]{1,15}$/.test(text)) return { value: text }
  return { fault: `must be a name such as ${type.usual.join(' or ')}` }
}

function unknownName(name: string): string {
  if (name.startsWith(PREFIX)) return `is written without ${PREFIX}: ${name.slice(PREFIX.length)}`
  const names = Object.keys(SYSCTL_SETTINGS).filter((known) => SYSCTL_SETTINGS[known]?.type !== null)
  const meant = didYouMean(name, names)
  return `is no setting below net.mptcp${meant === '' ? `; there are ${names.join(', ')}` : `; ${meant}`}`
}
