/** What a task wishes of a NetworkManager profile, as settings by nmcli's names, and the nmcli steps between two states. */
import { createHash } from 'node:crypto'
import type { NmSettings } from '../../facts/nm_profile.ts'
import type { RunStep } from '../../model/change.ts'
import { nmFlagsText } from '../../mptcp/nm-flags.ts'
import { parseAddress } from '../../text/ip.ts'
import type { FamilyWish } from './nm-params.ts'
import { flagsNumber } from './nm-params.ts'
import { lasting, run, runFor } from './steps.ts'

export interface ProfileWish {
  name: string
  ifname?: string | undefined
  ipv4?: FamilyWish | undefined
  ipv6?: FamilyWish | undefined
  mptcp_flags?: number | string | readonly string[] | undefined
}

export const FLAGS = 'connection.mptcp-flags'

/** The settings that the task speaks of; what it does not speak of stays as it is. */
export function wishedSettings(want: ProfileWish): NmSettings {
  return {
    ...(want.ifname === undefined ? {} : { 'connection.interface-name': want.ifname }),
    ...familySettings('ipv4', want.ipv4),
    ...familySettings('ipv6', want.ipv6),
    ...(want.mptcp_flags === undefined ? {} : { [FLAGS]: String(flagsNumber(want.mptcp_flags)) }),
  }
}

/** Of the wished settings those that differ. Addresses are compared as addresses, however they are spelt. */
export function differingSettings(wished: NmSettings, have: NmSettings): NmSettings {
  return Object.fromEntries(
    Object.entries(wished).filter(([name, value]) => normalSetting(name, value) !== normalSetting(name, have[name])),
  )
}

/** A profile as it will be when it is made, with NetworkManager's own defaults. */
export function newProfile(name: string, wished: NmSettings, taken: readonly string[]): NmSettings {
  return {
    'connection.id': name,
    'connection.uuid': freeUuid(name, taken),
    'connection.autoconnect': 'yes',
    [FLAGS]: '0',
    ...automatic('ipv4'),
    ...automatic('ipv6'),
    ...wished,
  }
}

function automatic(version: 'ipv4' | 'ipv6'): NmSettings {
  return { [`${version}.method`]: 'auto', [`${version}.addresses`]: '', [`${version}.gateway`]: '' }
}

/** Makes an Ethernet profile, in memory only. The UUID is given, so that undo can name it. */
export function addStep(name: string, uuid: string, wished: NmSettings): RunStep {
  const { 'connection.interface-name': ifname = '', ...rest } = wished
  const place = ['type', 'ethernet', 'con-name', name, 'ifname', ifname]
  return run('nmcli', 'connection', 'add', 'save', 'no', ...place, 'connection.uuid', uuid, ...settingWords(rest))
}

/** Changes settings of a profile on the disk, all at once: NetworkManager checks them together (manual needs addresses, a gateway too). */
export function modifyStep(uuid: string, settings: NmSettings): RunStep {
  return run('nmcli', 'connection', 'modify', uuid, ...settingWords(settings))
}

/** The same in memory only: NetworkManager uses them from then on, and has forgotten them after a reboot. */
export function modifyInMemoryStep(uuid: string, settings: NmSettings): RunStep {
  return run('nmcli', 'connection', 'modify', '--temporary', uuid, ...settingWords(settings))
}

/** Deletes a profile, also its file. */
export function deleteStep(uuid: string): RunStep {
  return lasting(run('nmcli', 'connection', 'delete', 'uuid', uuid))
}

/** Has NetworkManager read a profile's file again. */
export function loadStep(file: string): RunStep {
  return run('nmcli', 'connection', 'load', file)
}

/** Seconds that NetworkManager gets for an activation; it gives DHCP 45 of them. */
const ACTIVATION = 90

/** Where NetworkManager writes down at once which profile was used last, which is the one that it starts at boot. */
const USED_LAST = '/var/lib/NetworkManager/timestamps'

/** Brings a profile up on a card. */
export function upStep(uuid: string, dev: string): RunStep {
  const up = ['nmcli', '--wait', String(ACTIVATION), 'connection', 'up', 'uuid', uuid, 'ifname', dev]
  return { ...runFor(ACTIVATION + 10, ...up), files: [USED_LAST] }
}

export function downStep(uuid: string): RunStep {
  return run('nmcli', 'connection', 'down', 'uuid', uuid)
}

/** Addresses of a setting such as `192.0.2.10/24, 192.0.2.11/24`. */
export function addressesIn(setting: string | undefined): { address: string; prefix: number }[] {
  return (setting ?? '')
    .split(/[,\s]+/)
    .filter((text) => text !== '')
    .map((text) => {
      const [address = '', length = ''] = text.split('/')
      return { address: parseAddress(address)?.normal ?? address, prefix: Number(length) }
    })
}

/** Settings as people read them. */
export function describeSettings(settings: NmSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${name === FLAGS ? nmFlagsText(Number(value)) : value === '' ? 'none' : value}`)
    .join(', ')
}

function familySettings(version: 'ipv4' | 'ipv6', want: FamilyWish | undefined): NmSettings {
  if (want === undefined) return {}
  const addresses = want.addresses === undefined ? undefined : [want.addresses].flat()
  const method = want.method ?? (addresses === undefined ? undefined : 'manual')
  // Asking for automatic addresses means that static ones of before are to go.
  const emptied = want.method !== undefined && addresses === undefined
  const gateway = want.gateway === 'none' ? '' : (want.gateway ?? (emptied ? '' : undefined))
  return {
    ...(addresses === undefined && !emptied ? {} : { [`${version}.addresses`]: (addresses ?? []).join(', ') }),
    ...(gateway === undefined ? {} : { [`${version}.gateway`]: gateway }),
    // Last, since nmcli may choose a method when it is given addresses.
    ...(method === undefined ? {} : { [`${version}.method`]: method }),
  }
}

function normalSetting(name: string, value: string | undefined): string {
  if (name.endsWith('.addresses')) {
    return addressesIn(value)
      .map(({ address, prefix }) => `${address}/${prefix}`)
      .join(' ')
  }
  if (name.endsWith('.gateway')) return parseAddress(value ?? '')?.normal ?? value ?? ''
  if (name === FLAGS) return String(Number(value ?? 0))
  return value ?? ''
}

function settingWords(settings: NmSettings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    if (name === FLAGS) return [name, nmFlagsText(Number(value))]
    return [name, name.endsWith('.addresses') ? value.replaceAll(/,\s*/g, ',') : value]
  })
}

/** A UUID that follows from the name, so that the same task plans the same profile every time. */
function freeUuid(name: string, taken: readonly string[]): string {
  for (let count = 0; ; count++) {
    const hash = createHash('sha256').update(`mptcp-fleet\0${name}\0${count}`).digest('hex')
    // Version 8 of RFC 9562: made by a rule of one's own.
    const uuid = [
      hash.slice(0, 8),
      hash.slice(8, 12),
      `8${hash.slice(13, 16)}`,
      `8${hash.slice(17, 20)}`,
      hash.slice(20, 32),
    ].join('-')
    if (!taken.includes(uuid)) return uuid
  }
}
