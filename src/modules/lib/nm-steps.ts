/**
 * Changes of what NetworkManager makes endpoints of, by connection.mptcp-flags: in the profile for the next activation, and
 * on the device for now. Of the profile `nmcli device modify` applies these flags alone (but see nm-foreign.ts);
 * `device reapply` is never used, since it would also activate edits of the profile that somebody left for later.
 */
import type { Endpoint, Endpoints } from '../../facts/mptcp_endpoints.ts'
import { endpointKey } from '../../facts/mptcp_endpoints.ts'
import type { NmSettings } from '../../facts/nm_profile.ts'
import type { Change, RunStep, Step } from '../../model/change.ts'
import { UNKNOWN } from '../../model/change.ts'
import { NM_DISABLED, nmFlagsFor, nmFlagsText } from '../../mptcp/nm-flags.ts'
import type { Card, NmHold } from '../../facts/read/card.ts'
import { sameFlags } from '../../facts/read/card.ts'
import type { CardGoal, EndpointWish } from './endpoint-goals.ts'
import type { EndpointTable } from './endpoint-steps.ts'
import { addStep, describe, isMet, takeId } from './endpoint-steps.ts'
import { saveSteps, unsaveSteps } from './nm-save.ts'
import { FLAGS } from './nm-settings.ts'
import { run } from './steps.ts'

/** Flags that adopt endpoints of other makers, so that switching off removes them too, where theirs cannot be used. */
const ADOPT = 0x2e

/** Lets the kernel have all endpoints of a card: NetworkManager makes none of them for now. Null: nothing to do. */
export function offChange(table: EndpointTable, goal: CardGoal, hold: NmHold): Change | null {
  const { card } = goal
  const made = coveredEndpoints(card)
  if (hold.flags === NM_DISABLED) return null
  // What is set on the device cannot be read, so only its endpoints tell.
  if (made.every((endpoint) => goal.kernel.some((wish) => isSame(endpoint, wish) && isMet(endpoint, wish)))) return null
  for (const endpoint of made) table.present.delete(endpointKey(endpoint))
  return cardChange(card, hold, {
    before: keyed(made),
    after: {},
    changed: made.map(endpointKey),
    summary: `switch off NetworkManager's MPTCP endpoints on ${card.dev}`,
    apply: emptyCard(card, made),
  })
}

/** Makes NetworkManager make the endpoints of a card for now. Null: nothing to do. */
export function onChange(table: EndpointTable, goal: CardGoal, hold: NmHold): Change | null {
  const { card } = goal
  const flags = goal.nmFlags ?? 0
  const before = coveredEndpoints(card)
  const missing = goal.byNm.filter((wish) => !before.some((one) => isSame(one, wish) && isMet(one, wish)))
  if (missing.length === 0) return null
  const after = missing.map(({ address, port, dev, flags: wanted }): Endpoint => {
    const id = before.find((one) => isSame(one, { address, port }))?.id ?? takeId(table)
    return { address, port, id, flags: wanted, dev }
  })
  for (const endpoint of after) table.present.set(endpointKey(endpoint), endpoint)
  return cardChange(card, hold, {
    before: keyed(before),
    after: keyed(after),
    changed: after.map(endpointKey),
    summary: `let NetworkManager make ${goal.byNm.map(describe).join(' and ')} (MPTCP flags ${nmFlagsText(flags)})`,
    // With the flags it has already NetworkManager need not look again: off and on makes it.
    apply: [...(hold.flags === flags ? deviceSteps(card, NM_DISABLED) : []), ...deviceSteps(card, flags)],
  })
}

/**
 * The profile's flags for the next activation, unless they are so. `settled`: the card's endpoints are right already. Then the
 * device gets the flags too, unless that would take away what it has.
 */
export function profileFlagsChange(goal: CardGoal, hold: NmHold, settled: boolean): Change[] {
  const flags = goal.nmFlags
  if (flags === null || flags === hold.flags) return []
  const keeps = flags !== NM_DISABLED || coveredEndpoints(goal.card).length === 0
  return [savedFlagsChange(goal.card, hold, flags, settled && keeps)]
}

/** A change of what NetworkManager makes on a card: `changed` are the keys of the endpoints that are others afterwards. */
export function cardChange(
  card: Card,
  hold: NmHold,
  change: { before: Endpoints; after: Endpoints; changed: readonly string[]; summary: string; apply: Step[] },
): Change {
  const [first = '', ...rest] = change.changed
  return {
    fact: `endpoint/${first}`,
    before: change.before[first] ?? null,
    after: change.after[first] ?? null,
    effects: Object.fromEntries(rest.map((key) => [`endpoint/${key}`, change.after[key] ?? null])),
    summary: change.summary,
    apply: change.apply,
    undo: restoreCard(card, hold, Object.values(change.before)),
    disruptive: false,
  }
}

/** The profile's flags on the disk; `device`: on the card too, whose endpoints stay as they are. */
export function savedFlagsChange(card: Card, hold: NmHold, flags: number, device: boolean): Change {
  const there = coveredEndpoints(card)
  return {
    fact: `nm_profile/${hold.profile}/${FLAGS}`,
    before: String(hold.flags),
    after: String(flags),
    effects: { [`nm_keyfile/${hold.profile}`]: UNKNOWN },
    summary: `set MPTCP flags ${nmFlagsText(flags)} in profile ${hold.profile}`,
    apply: [...(device ? deviceSteps(card, flags) : []), ...saveSteps(hold.uuid, flagSettings(flags), hold.file)],
    undo: [
      ...unsaveSteps(hold.uuid, flagSettings(hold.flags), hold.file),
      ...(device ? restoreCard(card, hold, there) : []),
    ],
    disruptive: false,
  }
}

function flagSettings(flags: number): NmSettings {
  return { [FLAGS]: String(flags) }
}

function keyed(endpoints: readonly Endpoint[]): Endpoints {
  return Object.fromEntries(endpoints.map((endpoint) => [endpointKey(endpoint), endpoint]))
}

/**
 * Sets the flags of the device and waits until NetworkManager has acted on them: measured, IPv4 endpoints follow
 * within 10 ms of nmcli's end, IPv6 ones 2 s later, after duplicate address detection, which starts anew.
 */
export function deviceSteps(card: Card, flags: number): RunStep[] {
  const hasIpv6 = card.covered.some((address) => address.includes(':'))
  const off = flags === NM_DISABLED
  return [
    run('nmcli', 'device', 'modify', card.dev, 'connection.mptcp-flags', nmFlagsText(flags)),
    run('sleep', hasIpv6 && !off ? '3' : '0.5'),
  ]
}

/**
 * NetworkManager removes what it made, and leaves what others made. Which is which cannot be read, so it first takes
 * everything over.
 */
export function emptyCard(card: Card, made: readonly Endpoint[]): RunStep[] {
  const flags = nmFlagsFor(made[0]?.flags ?? []) ?? ADOPT
  return [...(made.length > 0 ? deviceSteps(card, flags) : []), ...deviceSteps(card, NM_DISABLED)]
}

/**
 * Back to the endpoints that were there: all away, then one by one. Where the flags as they were make just these, the
 * device gets them back too; else it would add what was not there.
 */
function restoreCard(card: Card, hold: NmHold, before: readonly Endpoint[]): Step[] {
  const flags = makesExactly(card, before) ? deviceSteps(card, hold.flags) : []
  return before.length === 0 && flags.length > 0
    ? flags
    : [...deviceSteps(card, NM_DISABLED), ...before.map(addStep), ...flags]
}

/** Whether these are just the endpoints that the profile as it is makes. */
function makesExactly(card: Card, endpoints: readonly Endpoint[]): boolean {
  const made = Object.entries(card.makes)
  const found = (address: string): Endpoint | undefined => endpoints.find((endpoint) => endpoint.address === address)
  return (
    made.length === endpoints.length &&
    made.every(([address, flags]) => sameFlags(found(address)?.flags ?? null, flags))
  )
}

/** Endpoints on the card of the kind that NetworkManager makes, so that it takes them for its own. */
export function coveredEndpoints(card: Card): Endpoint[] {
  return card.endpoints.filter(({ address, port }) => port === null && card.covered.includes(address))
}

function isSame(
  endpoint: { address: string; port: number | null },
  wish: Pick<EndpointWish, 'address' | 'port'>,
): boolean {
  return endpointKey(endpoint) === endpointKey(wish)
}
