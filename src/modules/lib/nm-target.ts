/** Finds the profile and the card that a task is about, or says why it cannot. */
import type { Links } from '../../facts/links.ts'
import type { MptcpPersisted } from '../../facts/mptcp_persisted.ts'
import type { NmKeyfile } from '../../facts/nm_keyfile.ts'
import type { NmSettings } from '../../facts/nm_profile.ts'
import type { SshConnection } from '../../facts/ssh_connection.ts'
import type { Problem } from '../../model/change.ts'
import type { ActivationFacts } from './nm-activation.ts'
import {
  activationProblem,
  addressTaken,
  ambiguous,
  cardProblem,
  cardUnknown,
  missing,
  twoOwners,
} from './nm-problems.ts'
import type { ProfileWish } from './nm-settings.ts'
import { differingSettings, FLAGS, newProfile, wishedSettings } from './nm-settings.ts'

export interface ProfileFacts extends ActivationFacts {
  links: Links
  ssh: SshConnection
  persisted: MptcpPersisted
  /** Of the profile. */
  keyfile: NmKeyfile
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
  /** Its file on the disk, null where there is none. */
  file: string | null
  /** Null where it can be on any card and is on none. */
  dev: string | null
  /** It is active, on `dev`. */
  active: boolean
  /** Another card that it is active on, else null. */
  elsewhere: string | null
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
    file: have.keyfile?.path ?? null,
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
