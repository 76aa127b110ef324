/** The change of a profile's MPTCP flags alone. */
import type { Change } from '../../model/change.ts'
import { NM_DISABLED, nmFlagsText } from '../../mptcp/nm-flags.ts'
import { readCard } from './card.ts'
import { endpointsAfterFlags } from './nm-activation.ts'
import { FLAGS, modifyStep } from './nm-settings.ts'
import { coveredEndpoints, deviceSteps, emptyCard, restoreCard } from './nm-steps.ts'
import type { ProfileFacts, Target } from './nm-target.ts'

/** Set in the profile for the next activation and on the card for now, which keeps its addresses. */
export function flagsChange(target: Target, dev: string, have: ProfileFacts): Change {
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
