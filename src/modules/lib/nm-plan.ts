/** Plans one NetworkManager profile: each state is one change, so that its undo can bring back profile and card in order. */
import type { NmSettings } from '../../facts/nm_profile.ts'
import { profileWith } from '../../facts/nm_profile.ts'
import type { Change, Note, PlanResult, Step } from '../../model/change.ts'
import { UNKNOWN } from '../../model/change.ts'
import { Secret } from '../../model/secret.ts'
import { NM_DISABLED, nmFlagsText } from '../../mptcp/nm-flags.ts'
import { readCard } from './card.ts'
import { addStep as addEndpoint } from './endpoint-steps.ts'
import {
  addressDrift,
  effectsOfDown,
  effectsOfUp,
  endpointsAfterFlags,
  missingMade,
  UNKNOWN_CARD,
  wouldMakeSame,
} from './nm-activation.ts'
import { carriesSsh } from './nm-reach.ts'
import { addStep, deleteStep, describeSettings, downStep, FLAGS, modifyStep, upStep } from './nm-settings.ts'
import { coveredEndpoints, deviceSteps, emptyCard, restoreCard } from './nm-steps.ts'
import type { ProfileFacts, Target } from './nm-target.ts'
import { run } from './steps.ts'

/** There and active. */
export function planUp(target: Target, have: ProfileFacts): PlanResult {
  const { active, after, changed } = target
  const dev = target.dev ?? ''
  const notes = autoconnectNotes(after)
  const onlyFlags = Object.keys(changed).every((name) => name === FLAGS)
  const drift = addressDrift(dev, after, have)
  if (!active || !onlyFlags || drift.lacks.length + drift.extra.length > 0) {
    return { changes: [upChange(target, dev, have)], notes: [...notes, ...externalNotes(dev, have)] }
  }
  const missing = target.speaksOfFlags ? missingMade(dev, after, have) : []
  if (changed[FLAGS] === undefined && missing.length === 0) return { changes: [], notes }
  return { changes: [flagsChange(target, dev, have)], notes }
}

/** There, whether active or not. */
export function planPresent(target: Target): PlanResult {
  const change = profileChange(target)
  if (change === null) return { changes: [] }
  const summary = `what changes in profile ${target.after['connection.id'] ?? ''} takes effect when it is next activated; state: up does so`
  return { changes: [change], notes: target.active ? [{ summary }] : [] }
}

/** There, and not active now. */
export function planDown(target: Target, have: ProfileFacts): PlanResult {
  const profile = profileChange(target)
  const settings = profile === null ? [] : [profile]
  if (!target.active || target.dev === null) return { changes: settings }
  const device = have.nm.devices[target.dev]
  const name = target.after['connection.id'] ?? ''
  const atBoot = target.after['connection.autoconnect'] === 'yes'
  const change: Change = {
    fact: `nm/devices/${target.dev}`,
    before: device,
    after: { ...device, state: 'disconnected', profileUuid: null },
    effects: effectsOfDown(target.dev, have),
    summary: `take profile ${name} down on ${target.dev}`,
    apply: [downStep(target.uuid)],
    undo: [upStep(target.uuid, target.dev)],
    disruptive: carriesSsh(target.dev, {}, have),
  }
  const summary = `profile ${name} comes up again at boot: its autoconnect is yes`
  return { changes: [...settings, change], notes: atBoot ? [{ summary }] : [] }
}

/** Deleted. The file is put back by undo, so that nothing of it is lost. */
export function planAbsent(target: Target, have: ProfileFacts): PlanResult {
  if (target.before === null) return { changes: [] }
  const { key, before, uuid, dev, active } = target
  const name = before['connection.id'] ?? ''
  const file = have.keyfile ?? null
  const hidden =
    file !== null && /^\s*[\w.-]*(?:psk|password|secret|wep-key|private-key|pin)[\w.-]*=/im.test(file.content)
  const restore: Step[] =
    file === null
      ? []
      : [
          {
            kind: 'write',
            path: file.path,
            bytes: hidden ? new Secret(file.content) : file.content,
            mode: file.mode,
            owner: file.owner,
            group: file.group,
          },
          run('nmcli', 'connection', 'load', file.path),
          ...(active && dev !== null ? [upStep(uuid, dev)] : []),
        ]
  const change: Change = {
    fact: `nm_profile/${key}`,
    before,
    after: null,
    effects: { [`nm_keyfile/${name}`]: null, ...(active ? { nm: UNKNOWN, ...UNKNOWN_CARD } : {}) },
    summary: `delete profile ${name}`,
    apply: [deleteStep(uuid)],
    undo: restore,
    disruptive: active && dev !== null && carriesSsh(dev, {}, have),
  }
  const lost = file === null ? 'its file was not found' : hidden ? 'its file holds secrets, which are not kept' : null
  return {
    changes: [change],
    notes: lost === null ? [] : [{ summary: `deleting profile ${name} cannot be undone: ${lost}` }],
  }
}

/** The profile alone, or null where it is so. */
function profileChange(target: Target): Change | null {
  if (target.before !== null && Object.keys(target.changed).length === 0) return null
  return { ...profilePart(target), disruptive: false }
}

function upChange(target: Target, dev: string, have: ProfileFacts): Change {
  const name = target.after['connection.id'] ?? ''
  const device = have.nm.devices[dev]
  const previous = device?.managed === true ? device.profileUuid : null
  const elsewhere = target.elsewhere
  const effects = elsewhere === null ? effectsOfUp(dev, target.after, have) : { nm: UNKNOWN, ...UNKNOWN_CARD }
  const up = [upStep(target.uuid, dev), ...settleSteps(target.after)]
  // The card's profile of before; where this one was active elsewhere, it goes back there.
  const back: Step[] = [
    ...(previous === null ? [] : [upStep(previous, dev)]),
    ...(elsewhere === null ? [] : [upStep(target.uuid, elsewhere)]),
  ]
  if (back.length === 0) back.push(downStep(target.uuid))
  const endpoints = previous === null ? [] : ownEndpoints(dev, previous, have)
  const disruptive = [dev, ...(elsewhere === null ? [] : [elsewhere])].some((one) =>
    carriesSsh(one, target.after, have),
  )
  if (target.before !== null && Object.keys(target.changed).length === 0) {
    const { [`nm/devices/${dev}`]: after = UNKNOWN, ...others } = effects
    const summary = target.active
      ? `activate profile ${name} on ${dev} again, ${describeDrift(addressDrift(dev, target.after, have))}`
      : `bring profile ${name} up on ${dev}`
    // Where it is active already the addresses are what changes.
    const addressesAfter = others['addresses'] ?? null
    const main = target.active
      ? { fact: 'addresses', before: have.addresses, after: addressesAfter, effects }
      : { fact: `nm/devices/${dev}`, before: device ?? null, after, effects: others }
    return { ...main, summary, apply: up, undo: [...back, ...endpoints], disruptive }
  }
  const part = profilePart(target)
  const { before } = target
  // A new profile is deleted by undo, which also takes it down; the one before comes up first, for the card's sake.
  const undo =
    before !== null ? [...part.undo, ...back] : [...(previous === null ? [] : [upStep(previous, dev)]), ...part.undo]
  undo.push(...endpoints)
  return {
    ...part,
    effects,
    summary: `${part.summary}; bring it up on ${dev}`,
    apply: [...part.apply, ...up],
    undo,
    disruptive,
  }
}

function describeDrift({ lacks, extra }: { lacks: string[]; extra: string[] }): string {
  // Said also where it was just activated: what to look for then.
  const why = 'NetworkManager gives a card no address that another host of the network has'
  return [
    ...(lacks.length === 0 ? [] : [`which lacks ${lacks.join(', ')} (${why})`]),
    ...(extra.length === 0 ? [] : [`which has ${extra.join(', ')} beside it`]),
  ].join(', ')
}

/**
 * Puts back the card's endpoints where its profile would make others: somebody's own, which NetworkManager takes over
 * where it makes the same, or none where flags were set on the card alone.
 */
function ownEndpoints(dev: string, uuid: string, have: ProfileFacts): Step[] {
  const profile = profileWith(have.nmProfiles, uuid)?.settings ?? {}
  if (wouldMakeSame(dev, profile, have)) return []
  const card = readCard(dev, have)
  const there = coveredEndpoints(card)
  return [...emptyCard(card, there), ...there.map(addEndpoint)]
}

/** NetworkManager makes endpoints just after activation: of IPv4 at once, of IPv6 after duplicate address detection. */
function settleSteps(profile: NmSettings): Step[] {
  if (Number(profile[FLAGS] ?? 0) === NM_DISABLED) return []
  return [run('sleep', (profile['ipv6.addresses'] ?? '') === '' ? '0.5' : '3')]
}

function profilePart(target: Target): Pick<Change, 'fact' | 'before' | 'after' | 'summary' | 'apply' | 'undo'> {
  const { key, before, after, changed, uuid } = target
  const name = after['connection.id'] ?? ''
  if (before === null) {
    return {
      fact: `nm_profile/${key}`,
      before: null,
      after,
      summary: `make profile ${name}: ${describeSettings(changed)}`,
      apply: [addStep(name, uuid, changed)],
      undo: [deleteStep(uuid)],
    }
  }
  const old = Object.fromEntries(Object.keys(changed).map((setting) => [setting, before[setting] ?? '']))
  return {
    fact: `nm_profile/${key}`,
    before: old,
    after: changed,
    summary: `change profile ${name}: ${describeSettings(changed)}`,
    apply: [modifyStep(uuid, changed)],
    undo: [modifyStep(uuid, old)],
  }
}

/** Flags alone: set in the profile for the next activation and on the card for now, which keeps its addresses. */
function flagsChange(target: Target, dev: string, have: ProfileFacts): Change {
  const { key, uuid, before, after, changed } = target
  const [old, value] = [before, after].map((settings) => Number(settings?.[FLAGS] ?? 0)) as [number, number]
  const card = readCard(dev, have)
  const there = coveredEndpoints(card)
  const profile = changed[FLAGS] !== undefined
  const endpoint = endpointsAfterFlags(dev, after, have)
  const makes = card.covered.some((address) => endpoint[address] !== undefined)
  // What the flags make takes over what is there; where they make nothing it is cleared away, as its undo needs it. With
  // the flags it has already NetworkManager need not look again: off and on makes it.
  const first = !makes ? emptyCard(card, there) : profile ? [] : deviceSteps(card, NM_DISABLED)
  const common = {
    summary: `set MPTCP flags ${nmFlagsText(value)} in profile ${after['connection.id'] ?? ''} and on ${dev}`,
    apply: [
      ...(profile ? [modifyStep(uuid, { [FLAGS]: String(value) })] : []),
      ...first,
      ...(value === NM_DISABLED ? [] : deviceSteps(card, value)),
    ],
    undo: [
      ...(profile ? [modifyStep(uuid, { [FLAGS]: String(old) })] : []),
      ...restoreCard(card, { uuid, profile: key, flags: old }, there),
    ],
    disruptive: false,
  }
  if (!profile) return { fact: 'endpoint', before: have.endpoints, after: endpoint, ...common }
  return {
    fact: `nm_profile/${key}/${FLAGS}`,
    before: String(old),
    after: String(value),
    effects: { endpoint },
    ...common,
  }
}

function autoconnectNotes(profile: NmSettings): Note[] {
  if (profile['connection.autoconnect'] !== 'no') return []
  return [{ summary: `profile ${profile['connection.id'] ?? ''} is not brought up at boot: its autoconnect is no` }]
}

function externalNotes(dev: string, have: ProfileFacts): Note[] {
  const device = have.nm.devices[dev]
  if (device === undefined || !device.state.endsWith('(externally)')) return []
  return [{ summary: `${dev} was set up by something else; undo does not bring that back` }]
}
