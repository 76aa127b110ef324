/** Why a profile of NetworkManager cannot be as wished, each with what to do. */
import type { Nm } from '../../facts/nm.ts'
import type { NmSettings } from '../../facts/nm_profile.ts'
import type { Problem } from '../../model/change.ts'
import { nmKnowsMptcp, nmMakes } from '../../mptcp/nm-flags.ts'
import { didYouMean } from '../../text/closest.ts'
import type { ProfileWish } from './nm-settings.ts'
import { addressesIn, FLAGS } from './nm-settings.ts'
import type { ProfileFacts, Target } from './nm-target.ts'

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

export function ambiguous(name: string, found: readonly [string, NmSettings][]): Problem {
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

export function missing(want: ProfileWish, have: ProfileFacts): Problem {
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
export function cardProblem(want: ProfileWish, have: ProfileFacts): Problem | null {
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

export function cardUnknown(name: string, have: ProfileFacts): Problem {
  return {
    code: 'card-unknown',
    summary: `profile ${name} is for any card, so it must be said on which one it is to be up`,
    hint: `give ifname, one of ${Object.keys(have.nm.devices).join(', ')}`,
  }
}

/** An address that another card of the host has already. */
export function addressTaken({ after, changed, dev }: Target, have: ProfileFacts): Problem | null {
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
export function twoOwners({ after, speaksOfFlags, dev }: Target, have: ProfileFacts): Problem | null {
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

export function activationProblem(name: string, dev: string, have: ProfileFacts): Problem | null {
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
