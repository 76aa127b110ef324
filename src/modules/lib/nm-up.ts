/**
 * Plans a NetworkManager profile that is to be active: with what is in memory and on the card in one change, so that its undo
 * brings back both in order, and what is saved in another.
 */
import type { NmSettings } from '../../facts/nm_profile.ts'
import { isSaved, profileWith } from '../../facts/nm_profile.ts'
import type { Change, Note, PlanResult, RunStep } from '../../model/change.ts'
import { UNKNOWN } from '../../model/change.ts'
import { NM_DISABLED } from '../../mptcp/nm-flags.ts'
import { readCard } from '../../facts/read/card.ts'
import { addStep as addEndpoint } from './endpoint-steps.ts'
import { addressDrift, effectsOfUp, missingMade, UNKNOWN_CARD, wouldMakeSame } from './nm-activation.ts'
import { addressSteps } from './nm-check.ts'
import { flagsChanges } from './nm-flags-change.ts'
import { foreignNotes, foreignProblems } from './nm-foreign.ts'
import { memoryPart, saveChange } from './nm-profile.ts'
import { carriesSsh } from './nm-reach.ts'
import { addressesIn, downStep, FLAGS, upStep } from './nm-settings.ts'
import { coveredEndpoints, emptyCard } from './nm-steps.ts'
import type { ProfileFacts, Target } from './nm-target.ts'
import { run } from './steps.ts'

/** There and active. */
export function planUp(target: Target, have: ProfileFacts): PlanResult {
  const { active, after, changed } = target
  const dev = target.dev ?? ''
  const notes = autoconnectNotes(after)
  const onlyFlags = Object.keys(changed).every((name) => name === FLAGS)
  const drift = addressDrift(dev, after, have)
  const save = saveChange(target, have.keyfile)
  const saved = save === null ? [] : [save]
  if (!active || !onlyFlags || drift.lacks.length + drift.extra.length > 0) {
    const up = upChange(target, dev, have)
    const keeps = ['ipv4', 'ipv6'].flatMap((version) => addressesIn(after[`${version}.addresses`]))
    const texts = keeps.map(({ address, prefix }) => `${address}/${prefix}`)
    return {
      changes: [up, ...saved],
      notes: [...notes, ...externalNotes(dev, have), ...foreignNotes(dev, texts, have)],
    }
  }
  const missing = target.speaksOfFlags ? missingMade(dev, after, have) : []
  if (changed[FLAGS] === undefined && missing.length === 0) return { changes: saved, notes }
  const flags = flagsChanges(target, dev, have)
  // Where the flags change their change saves the profile, too.
  const late = changed[FLAGS] === undefined || !isSaved(target.before ?? {}) ? saved : []
  return { changes: [...flags, ...late], notes, problems: foreignProblems(dev, have) }
}

function upChange(target: Target, dev: string, have: ProfileFacts): Change {
  const name = target.after['connection.id'] ?? ''
  const device = have.nm.devices[dev]
  const previous = device?.managed === true ? device.profileUuid : null
  const elsewhere = target.elsewhere
  const effects = elsewhere === null ? effectsOfUp(dev, target.after, have) : { nm: UNKNOWN, ...UNKNOWN_CARD }
  const up = (takeBack: RunStep[]): RunStep[] => [
    upStep(target.uuid, dev),
    ...settleSteps(target.after),
    ...addressSteps(dev, target.after, takeBack),
  ]
  // The card's profile of before; where this one was active elsewhere, it goes back there.
  const back: RunStep[] = [
    ...(previous === null ? [] : [upStep(previous, dev)]),
    ...(elsewhere === null ? [] : [upStep(target.uuid, elsewhere)]),
  ]
  if (back.length === 0) back.push(downStep(target.uuid))
  const endpoints = previous === null ? [] : ownEndpoints(dev, previous, have)
  const disruptive = [dev, ...(elsewhere === null ? [] : [elsewhere])].some((one) =>
    carriesSsh(one, target.after, have),
  )
  const part = memoryPart(target)
  if (part === null) {
    const { [`nm/devices/${dev}`]: after = UNKNOWN, ...others } = effects
    const summary = target.active
      ? `activate profile ${name} on ${dev} again, ${describeDrift(addressDrift(dev, target.after, have))}`
      : `bring profile ${name} up on ${dev}`
    // Where it is active already the addresses are what changes.
    const addressesAfter = others['addresses'] ?? null
    const main = target.active
      ? { fact: 'addresses', before: have.addresses, after: addressesAfter, effects }
      : { fact: `nm/devices/${dev}`, before: device ?? null, after, effects: others }
    return {
      ...main,
      summary,
      apply: up(previous === null || previous === target.uuid ? [] : [...back, ...endpoints]),
      undo: [...back, ...endpoints],
      disruptive,
    }
  }
  const { clear, ...memory } = part
  // A new profile is deleted by undo, which also takes it down; the one before comes up first, for the card's sake.
  const undo =
    target.before !== null
      ? [...memory.undo, ...back]
      : [...(previous === null ? [] : [upStep(previous, dev)]), ...memory.undo]
  // Only what may be done twice: under a guard the whole undo follows. A new profile is left in memory, not in use.
  const kept = target.before === null ? [] : memory.undo
  const takeBack = previous === null ? [] : [...kept, ...back, ...endpoints, ...clear]
  return {
    ...memory,
    effects,
    summary: `${memory.summary}; bring it up on ${dev}`,
    apply: [...memory.apply, ...up(takeBack)],
    undo: [...undo, ...endpoints, ...clear],
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
function ownEndpoints(dev: string, uuid: string, have: ProfileFacts): RunStep[] {
  const profile = profileWith(have.nmProfiles, uuid)?.settings ?? {}
  if (wouldMakeSame(dev, profile, have)) return []
  const card = readCard(dev, have)
  const there = coveredEndpoints(card)
  return [...emptyCard(card, there), ...there.map(addEndpoint)]
}

/** NetworkManager makes endpoints just after activation: of IPv4 at once, of IPv6 after duplicate address detection. */
function settleSteps(profile: NmSettings): RunStep[] {
  if (Number(profile[FLAGS] ?? 0) === NM_DISABLED) return []
  return [run('sleep', (profile['ipv6.addresses'] ?? '') === '' ? '0.5' : '3')]
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
