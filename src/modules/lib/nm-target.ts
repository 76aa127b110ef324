/** Finds the profile and the card that a task is about, or says why it cannot. */
import type { Links } from '../../facts/links.ts'
import type { MptcpPersisted } from '../../facts/mptcp_persisted.ts'
import type { Nm } from '../../facts/nm.ts'
import type { NmKeyfile } from '../../facts/nm_keyfile.ts'
import type { NmSettings } from '../../facts/nm_profile.ts'
import type { SshConnection } from '../../facts/ssh_connection.ts'
import type { Problem } from '../../model/change.ts'
import { nmKnowsMptcp, nmMakes } from '../../mptcp/nm-flags.ts'
import { didYouMean } from '../../text/closest.ts'
import type { ActivationFacts } from './nm-activation.ts'
import type { ProfileWish } from './nm-settings.ts'
import { addressesIn, differingSettings, FLAGS, newProfile, wishedSettings } from './nm-settings.ts'

export interface ProfileFacts extends ActivationFacts {
  links: Links
  ssh: SshConnection
  persisted: MptcpPersisted
  /** Of the profile that is to be deleted. */
  keyfile?: NmKeyfile
}

/** A profile as it is and as it is to be, and its card. */
export interface Target {
  /** Under which fact nm_profile has it. */
  key: string
  uuid: string
  /** Null: it is to be made. */
  before: NmSettings | null
  after: NmSettings
  /** The settings that the task speaks of and that differ; of a new profile all that it speaks of. */
  changed: NmSettings
  /** Whether the task speaks of MPTCP flags. */
  speaksOfFlags: boolean
  /** Null where it can be on any card and is on none. */
  dev: string | null
  /** It is active, on `dev`. */
  active: boolean
  /** Another card that it is active on, else null. */
  elsewhere: string | null
}

export function managerProblem(nm: Nm, speaksOfFlags: boolean): Problem | null {
  if (!nm.installed) {
    const hint = 'install NetworkManager, or configure this host by what it has in its place'
    return { code: 'nm-missing', summary: 'NetworkManager is not installed', hint }
  }
  if (!nm.running) {
    const hint = 'systemctl enable --now NetworkManager'
    return { code: 'nm-stopped', summary: 'NetworkManager does not run, so its profiles cannot be read', hint }
  }
  if (speaksOfFlags && !nmKnowsMptcp(nm.version)) {
    return {
      code: 'nm-too-old',
      summary: `NetworkManager ${nm.version ?? ''} knows no MPTCP flags, which came with 1.40`,
      hint: 'leave mptcp_flags out and declare the endpoints by mptcp_endpoints',
    }
  }
  return null
}

export function locate(
  want: ProfileWish & { state: 'up' | 'down' | 'present' | 'absent' },
  have: ProfileFacts,
): Target | { problem: Problem } {
  const found = Object.entries(have.nmProfiles).filter(([, settings]) => settings['connection.id'] === want.name)
  if (found.length > 1) return { problem: ambiguous(want.name, found) }
  const [key, before] = found[0] ?? [want.name, null]
  const wished = wishedSettings(want)
  if (before === null && want.state !== 'absent') {
    const problem = want.state === 'down' || want.ifname === undefined ? missing(want, have) : cardProblem(want, have)
    if (problem !== null) return { problem }
  }
  const taken = Object.values(have.nmProfiles).map((settings) => settings['connection.uuid'] ?? '')
  const after = before === null ? newProfile(want.name, wished, taken) : { ...before, ...wished }
  const uuid = after['connection.uuid'] ?? ''
  const activeOn = Object.values(have.nm.devices).find((device) => device.profileUuid === uuid)
  const dev = want.ifname ?? activeOn?.device ?? (after['connection.interface-name'] || null)
  const target: Target = {
    key,
    uuid,
    before,
    after,
    changed: before === null ? wished : differingSettings(wished, before),
    speaksOfFlags: wished[FLAGS] !== undefined,
    dev,
    active: activeOn !== undefined && activeOn.device === dev && activeOn.state === 'connected',
    elsewhere: activeOn !== undefined && activeOn.device !== dev ? activeOn.device : null,
  }
  if (want.state === 'absent' || want.state === 'down') return target
  const fault = addressTaken(target, have) ?? twoOwners(target, have)
  if (fault !== null) return { problem: fault }
  if (want.state === 'present' || target.active) return target
  const problem = dev === null ? cardUnknown(want.name, have) : activationProblem(want.name, dev, have)
  return problem === null ? target : { problem }
}

function ambiguous(name: string, found: readonly [string, NmSettings][]): Problem {
  return {
    code: 'profile-twice',
    summary: `${found.length} profiles of NetworkManager are named ${name}, so which one is meant cannot be told`,
    detail: found
      .map(
        ([, settings]) =>
          `${settings['connection.uuid'] ?? ''} (card ${settings['connection.interface-name'] || 'any'})`,
      )
      .join('\n'),
    hint: 'delete all but one: nmcli connection delete uuid UUID; or rename: nmcli connection modify UUID connection.id NAME',
  }
}

function missing(want: ProfileWish, have: ProfileFacts): Problem {
  const names = Object.values(have.nmProfiles).map((settings) => settings['connection.id'] ?? '')
  const meant = didYouMean(want.name, names)
  return {
    code: 'profile-missing',
    summary: `NetworkManager has no profile named ${want.name}${meant === '' ? '' : `; ${meant}`}`,
    detail: `profiles here: ${names.join(', ') || 'none'}`,
    hint: 'name one that is there, or give ifname to have it made for that card',
  }
}

/** Why no profile can be made for the card. */
function cardProblem(want: ProfileWish, have: ProfileFacts): Problem | null {
  const dev = want.ifname ?? ''
  const device = have.nm.devices[dev]
  if (have.links[dev] === undefined || device === undefined) return noCard(want.name, dev, have)
  if (device.type === 'ethernet') return null
  return {
    code: 'card-type',
    summary: `profile ${want.name} is missing, and ${dev} is ${device.type}, for which this module makes none`,
    hint: 'make the profile once by hand (nmcli, nmtui); this module keeps it from then on',
  }
}

function noCard(name: string, dev: string, have: ProfileFacts): Problem {
  const cards = Object.keys(have.links).filter((other) => have.links[other]?.loopback !== true)
  const meant = didYouMean(dev, cards)
  return {
    code: 'no-such-device',
    summary: `profile ${name}: this host has no network card ${dev}${meant === '' ? '' : `; ${meant}`}`,
    hint: `cards here: ${cards.join(', ')}`,
  }
}

function cardUnknown(name: string, have: ProfileFacts): Problem {
  return {
    code: 'card-unknown',
    summary: `profile ${name} is for any card, so it must be said on which one it is to be up`,
    hint: `give ifname, one of ${Object.keys(have.nm.devices).join(', ')}`,
  }
}

/** An address that another card of the host has already. */
function addressTaken({ after, changed, dev }: Target, have: ProfileFacts): Problem | null {
  const asked = ['ipv4.addresses', 'ipv6.addresses'].filter((name) => changed[name] !== undefined)
  const wanted = new Set(asked.flatMap((name) => addressesIn(after[name])).map(({ address }) => address))
  const taken = have.addresses.find((own) => own.dev !== dev && wanted.has(own.address))
  if (taken === undefined) return null
  return {
    code: 'address-taken',
    summary: `${taken.address} is on ${taken.dev} already, so it cannot be given to ${dev ?? 'another card'}`,
    hint: `use another address, or take it off ${taken.dev} first`,
  }
}

/** Flags that would make endpoints of addresses whose endpoints the restore script makes. */
function twoOwners({ after, speaksOfFlags, dev }: Target, have: ProfileFacts): Problem | null {
  if (!speaksOfFlags || nmMakes(Number(after[FLAGS] ?? 0), true) === null) return null
  const own = new Set([
    ...have.addresses.filter((address) => address.dev === dev).map(({ address }) => address),
    ...['ipv4', 'ipv6'].flatMap((family) => addressesIn(after[`${family}.addresses`]).map(({ address }) => address)),
  ])
  const restored = Object.values(have.persisted.endpoints).filter(
    ({ address, port }) => port === null && own.has(address),
  )
  if (restored.length === 0) return null
  const list = restored.map(({ address }) => address).join(', ')
  return {
    code: 'two-owners',
    summary: `endpoints of ${list} are declared by mptcp_endpoints or mptcp_pair and brought back at boot by mptcp-fleet.service; MPTCP flags of the profile would make them as well`,
    hint: 'leave mptcp_flags out here, or remove these endpoints first (mptcp_endpoints with exact: true)',
  }
}

function activationProblem(name: string, dev: string, have: ProfileFacts): Problem | null {
  const device = have.nm.devices[dev]
  if (device === undefined) return noCard(name, dev, have)
  if (device.state === 'unmanaged') {
    return {
      code: 'card-unmanaged',
      summary: `${dev} is unmanaged: NetworkManager is told to leave it alone, so profile ${name} cannot be up on it`,
      hint: 'take it off unmanaged-devices in NetworkManager.conf (nmcli device set DEV managed yes is for now only), or configure it by what manages it',
    }
  }
  if (device.state === 'unavailable') {
    return {
      code: 'card-unavailable',
      summary: `${dev} is unavailable (no carrier, or switched off), so profile ${name} cannot be up on it`,
      hint: 'connect it, or use state: present',
    }
  }
  return null
}
