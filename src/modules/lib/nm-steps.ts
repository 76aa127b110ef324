/**
 * Changes of what NetworkManager makes endpoints of, by connection.mptcp-flags: in the profile for the next activation, and
 * on the device for now. Of the profile `nmcli device modify` applies these flags alone (but see nm-foreign.ts);
 * `device reapply` is never used, since it would also activate edits of the profile that somebody left for later.
 */
import type { Endpoint } from '../../facts/mptcp_endpoints.ts'
import { endpointKey } from '../../facts/mptcp_endpoints.ts'
import type { Change, Step } from '../../model/change.ts'
import { NM_DISABLED, nmFlagsFor, nmFlagsText } from '../../mptcp/nm-flags.ts'
import type { Card, NmHold } from './card.ts'
import { sameFlags } from './card.ts'
import type { CardGoal, EndpointWish } from './endpoint-goals.ts'
import type { EndpointTable } from './endpoint-steps.ts'
import { addStep, describe, isMet, takeId } from './endpoint-steps.ts'
import { run } from './steps.ts'

/** Flags that adopt endpoints of other makers, so that switching off removes them too, where theirs cannot be used. */
const ADOPT = 0x2e

/** Lets the kernel have all endpoints of a card: the profile's flags become `disabled`. Null: nothing to do. */
export function disableChange(table: EndpointTable, goal: CardGoal, hold: NmHold, persist: boolean): Change | null {
  const { card } = goal
  const made = coveredEndpoints(card)
  const differs = goal.nmFlags === NM_DISABLED && hold.flags !== NM_DISABLED
  const right = made.every((endpoint) => goal.kernel.some((wish) => isSame(endpoint, wish) && isMet(endpoint, wish)))
  // What is set on the device cannot be read back, so without a profile to change only its endpoints tell.
  if (!differs || (!persist && right)) return null
  for (const endpoint of made) table.present.delete(endpointKey(endpoint))
  const gone = made.map((endpoint): [string, null] => [`endpoint/${endpointKey(endpoint)}`, null])
  const steps = {
    apply: [...profileSteps(hold, NM_DISABLED, persist), ...emptyCard(card, made)],
    undo: [...profileSteps(hold, hold.flags, persist), ...restoreCard(card, hold, made)],
    disruptive: false,
  }
  const summary = `switch off NetworkManager's MPTCP endpoints on ${card.dev} (connection.mptcp-flags disabled${where(persist)})`
  if (persist) return { ...profileFact(hold, NM_DISABLED), effects: Object.fromEntries(gone), summary, ...steps }
  const effects = Object.fromEntries(gone.slice(1))
  return { fact: gone[0]![0], before: made[0], after: null, effects, summary, ...steps }
}

/** Makes NetworkManager make the endpoints of a card. Null: nothing to do. */
export function enableChange(table: EndpointTable, goal: CardGoal, hold: NmHold, persist: boolean): Change | null {
  const { card } = goal
  const flags = goal.nmFlags ?? 0
  const before = coveredEndpoints(card)
  const missing = goal.byNm.filter((wish) => !before.some((one) => isSame(one, wish) && isMet(one, wish)))
  const profile = persist && hold.flags !== flags
  if (!profile && missing.length === 0) return null
  const after = missing.map((wish): Endpoint => {
    const { address, port, dev, flags: wanted } = wish
    const id = before.find((one) => isSame(one, wish))?.id ?? takeId(table)
    table.present.set(endpointKey(wish), { address, port, id, flags: wanted, dev })
    return { address, port, id, flags: wanted, dev }
  })
  const effects = after.map((endpoint): [string, Endpoint] => [`endpoint/${endpointKey(endpoint)}`, endpoint])
  const steps = {
    // With the flags it has already NetworkManager need not look again: off and on makes it.
    apply: [
      ...profileSteps(hold, flags, profile),
      ...(hold.flags === flags ? [...deviceSteps(card, NM_DISABLED)] : []),
      ...deviceSteps(card, flags),
    ],
    undo: [...profileSteps(hold, hold.flags, profile), ...restoreCard(card, hold, before)],
    disruptive: false,
  }
  const summary = `let NetworkManager make ${goal.byNm.map(describe).join(' and ')} (connection.mptcp-flags ${nmFlagsText(flags)}${where(persist)})`
  if (profile) return { ...profileFact(hold, flags), effects: Object.fromEntries(effects), summary, ...steps }
  const [first, ...rest] = effects
  const old = before.find((one) => isSame(one, after[0]!)) ?? null
  return { fact: first![0], before: old, after: first![1], effects: Object.fromEntries(rest), summary, ...steps }
}

/** Without persist the profile is left as it is. */
function where(persist: boolean): string {
  return persist ? '' : ', on the device only'
}

function profileFact(hold: NmHold, flags: number): Pick<Change, 'fact' | 'before' | 'after'> {
  return {
    fact: `nm_profile/${hold.profile}/connection.mptcp-flags`,
    before: String(hold.flags),
    after: String(flags),
  }
}

function profileSteps(hold: NmHold, flags: number, persist: boolean): Step[] {
  if (!persist) return []
  return [run('nmcli', 'connection', 'modify', hold.uuid, 'connection.mptcp-flags', nmFlagsText(flags))]
}

/**
 * Sets the flags of the device and waits until NetworkManager has acted on them: measured, IPv4 endpoints follow
 * within 10 ms of nmcli's end, IPv6 ones 2 s later, after duplicate address detection, which starts anew.
 */
export function deviceSteps(card: Card, flags: number): Step[] {
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
export function emptyCard(card: Card, made: readonly Endpoint[]): Step[] {
  const flags = nmFlagsFor(made[0]?.flags ?? []) ?? ADOPT
  return [...(made.length > 0 ? deviceSteps(card, flags) : []), ...deviceSteps(card, NM_DISABLED)]
}

/**
 * Back to the endpoints that were there: all away, then one by one. Where the flags as they were make just these, the
 * device gets them back too; else it would add what was not there.
 */
export function restoreCard(card: Card, hold: NmHold, before: readonly Endpoint[]): Step[] {
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
