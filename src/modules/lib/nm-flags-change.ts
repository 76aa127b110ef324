/** The changes of a profile's MPTCP flags alone. */
import { endpointKey } from '../../facts/mptcp_endpoints.ts'
import { fileOf } from '../../facts/nm_profile.ts'
import { readCard } from '../../facts/read/card.ts'
import type { Change } from '../../model/change.ts'
import { NM_DISABLED, nmFlagsText } from '../../mptcp/nm-flags.ts'
import { endpointsAfterFlags, missingMade } from './nm-activation.ts'
import { FLAGS } from './nm-settings.ts'
import { cardChange, coveredEndpoints, deviceSteps, emptyCard, savedFlagsChange } from './nm-steps.ts'
import type { ProfileFacts, Target } from './nm-target.ts'

/** Set on the card for now, which keeps its addresses, and in the profile for the next activation. */
export function flagsChanges(target: Target, dev: string, have: ProfileFacts): Change[] {
  const { key, uuid, before, after, changed } = target
  const [old, value] = [before, after].map((settings) => Number(settings?.[FLAGS] ?? 0)) as [number, number]
  const card = readCard(dev, have)
  const hold = { uuid, profile: key, flags: old, file: fileOf(before ?? {}) }
  const there = coveredEndpoints(card)
  const profile = changed[FLAGS] !== undefined
  const endpoints = endpointsAfterFlags(dev, after, have)
  const [gone, made] = [there.filter((one) => endpoints[endpointKey(one)] === undefined), missingMade(dev, after, have)]
  if (gone.length + made.length === 0) return profile ? [savedFlagsChange(card, hold, value, true)] : []
  const makes = card.covered.some((address) => endpoints[address] !== undefined)
  // What the flags make takes over what is there; where they make nothing it is cleared away, as its undo needs it. With
  // the flags it has already NetworkManager need not look again: off and on makes it.
  const first = !makes ? emptyCard(card, there) : profile ? [] : deviceSteps(card, NM_DISABLED)
  const running = cardChange(card, hold, {
    before: Object.fromEntries(there.map((one) => [endpointKey(one), one])),
    after: endpoints,
    changed: [...gone, ...made].map(endpointKey),
    summary: `set MPTCP flags ${nmFlagsText(value)} on ${dev}`,
    apply: [...first, ...(value === NM_DISABLED ? [] : deviceSteps(card, value))],
  })
  return profile ? [running, savedFlagsChange(card, hold, value, false)] : [running]
}
