/**
 * Plans endpoints with one owner for each address: kernel and restore script, or NetworkManager. Shared by the modules
 * that make endpoints.
 */
import type { Limits } from '../../facts/mptcp_limits.ts'
import { endpointKey } from '../../facts/mptcp_endpoints.ts'
import type { MptcpPersisted, PersistedEndpoint } from '../../facts/mptcp_persisted.ts'
import type { Change, Note, Problem } from '../../model/change.ts'
import { NM_DISABLED, nmKnowsMptcp } from '../../mptcp/nm-flags.ts'
import type { CardFacts, NmHold } from '../../facts/read/card.ts'
import { isDefaultMade, sameFlags } from '../../facts/read/card.ts'
import type { CardGoal, EndpointWish, GoalOptions } from './endpoint-goals.ts'
import { endpointGoals } from './endpoint-goals.ts'
import type { EndpointTable } from './endpoint-steps.ts'
import { removeChange, setChange } from './endpoint-steps.ts'
import { foreignProblems } from './nm-foreign.ts'
import { offChange, onChange, profileFlagsChange } from './nm-steps.ts'

export interface EndpointFacts extends CardFacts {
  limits: Limits
  persisted: MptcpPersisted
}

export interface EndpointOptions extends Omit<GoalOptions, 'restored'> {
  persist: boolean
}

export interface EndpointPlan {
  changes: Change[]
  notes: Note[]
  problems: Problem[]
  /** What the restore script is to hold. */
  persisted: Record<string, PersistedEndpoint>
}

/** MPTCP_PM_ADDR_MAX: endpoints that a kernel holds at least. */
const TABLE_SIZE = 8

/** Plans the wished endpoints; what others declared stays unless `exact`. */
export function planEndpoints(
  wishes: readonly EndpointWish[],
  have: EndpointFacts,
  options: EndpointOptions,
): EndpointPlan {
  const goals = endpointGoals(
    // An id that was declared elsewhere is kept.
    wishes.map((wish) => ({
      ...wish,
      id: wish.id ?? (options.exact ? null : (have.persisted.endpoints[endpointKey(wish)]?.id ?? null)),
    })),
    have,
    { ...options, restored: have.persisted.endpoints },
  )
  const table: EndpointTable = {
    present: new Map(Object.entries(have.endpoints)),
    ids: new Set([...Object.values(have.endpoints), ...wishes].flatMap(({ id }) => id ?? [])),
  }
  const held = goals.flatMap((goal) =>
    goal.card.nm === null || goal.card.nm === 'no-profile' ? [] : [{ goal, hold: goal.card.nm }],
  )
  const withProfile = ({ goal, hold }: (typeof held)[number], change: Change | null): Change[] => [
    ...(change === null ? [] : [change]),
    ...(options.persist ? profileFlagsChange(goal, hold, change === null) : []),
  ]
  // Off before on: ids and addresses are free before they are needed; NetworkManager takes its ids last.
  const off = held.map((one) =>
    one.goal.nmFlags === NM_DISABLED ? withProfile(one, offChange(table, one.goal, one.hold)) : [],
  )
  const rest = [
    ...goals.flatMap(({ gone }) =>
      gone.filter((one) => table.present.has(endpointKey(one))).map((one) => removeChange(table, one)),
    ),
    // An endpoint that gets another id goes first: another one may be waiting for its old id.
    ...goals.flatMap(({ kernel }) => kernel.map((wish) => removeRenumbered(table, wish))),
    ...goals.flatMap(({ kernel }) => kernel.map((wish) => setChange(table, wish))),
  ].filter((change) => change !== null)
  const on = held.map((one) => (one.goal.byNm.length > 0 ? withProfile(one, onChange(table, one.goal, one.hold)) : []))
  const changes = [...off.flat(), ...rest, ...on.flat()]
  const setAnew = held.filter((_, index) => off[index]!.length + on[index]!.length > 0)
  return {
    changes,
    notes: ownershipNotes(goals, have, options.persist),
    problems: [
      ...profileProblems(goals),
      ...setAnew.flatMap(({ goal }) => foreignProblems(goal.card.dev, have)),
      ...(options.persist && changes.length > 0 ? stoppedProblems(goals, have) : []),
      ...tableProblems(table, have),
    ],
    persisted: options.persist ? persistedEndpoints(goals, have, options.exact) : have.persisted.endpoints,
  }
}

function removeRenumbered(table: EndpointTable, wish: EndpointWish): Change | null {
  const there = table.present.get(endpointKey(wish))
  if (there === undefined || there.flags.includes('implicit')) return null
  return wish.id === null || wish.id === there.id ? null : removeChange(table, there)
}

function persistedEndpoints(
  goals: readonly CardGoal[],
  have: EndpointFacts,
  exact: boolean,
): Record<string, PersistedEndpoint> {
  const persisted = exact ? {} : { ...have.persisted.endpoints }
  for (const { kernel, kept, byNm, card } of goals) {
    for (const wish of byNm) delete persisted[endpointKey(wish)]
    for (const wish of kernel) {
      const { address, port, dev, flags } = wish
      const key = endpointKey(wish)
      // Of what is only carried along, what the profile made so far is now ours to restore; the rest is another's.
      const made = port === null && sameFlags(card.makes[address] ?? null, flags)
      if (kept.has(key) && !made) continue
      persisted[key] = { address, port, id: kept.has(key) ? null : wish.id, dev, flags }
    }
  }
  return persisted
}

function ownershipNotes(goals: readonly CardGoal[], have: EndpointFacts, persist: boolean): Note[] {
  const notes: Note[] = []
  for (const { card, kernel, byNm, gone, nmFlags } of goals) {
    // Without persist the profile stays as it is, and the flags are set on the device.
    const flags = byNm.length > 0 ? nmFlags : NM_DISABLED
    const ofProfile = persist || (isHeld(card.nm) && card.nm.flags === flags)
    if (byNm.length > 0) {
      const by = ofProfile ? "by its profile's MPTCP flags" : 'by MPTCP flags set on the device, not in its profile'
      notes.push({ summary: `${card.dev}: NetworkManager makes the endpoints of this card, ${by}` })
    } else if (isHeld(card.nm) && kernel.length > 0) {
      const why = `its ${card.covered.length} addresses do not all want the same plain endpoint`
      notes.push({
        summary: `${card.dev}: the kernel is told the endpoints of this card, and NetworkManager's ${ofProfile ? 'flags are disabled' : 'profile is left as it is'}`,
        detail: card.covered.length > 1 ? why : 'its profile cannot express them (port, id, laminar, or another card)',
      })
    } else if (isHeld(card.nm)) {
      const unasked = gone.filter((one) => isDefaultMade(card, one)).map(endpointKey)
      if (unasked.length === 0) continue
      notes.push({ summary: `${card.dev}: NetworkManager's default made ${unasked.join(', ')}; nobody asked for it` })
    }
  }
  const used = goals.some((goal) => goal.kernel.length > 0)
  if (used && have.nm.installed && !have.nm.running) {
    notes.push({ summary: 'NetworkManager is installed but does not run, so the kernel is told the endpoints' })
  } else if (used && have.nm.running && !nmKnowsMptcp(have.nm.version)) {
    notes.push({
      summary: `NetworkManager ${have.nm.version ?? ''} knows no MPTCP flags, so the kernel is told the endpoints`,
    })
  }
  return notes
}

function isHeld(nm: CardGoal['card']['nm']): nm is NmHold {
  return nm !== null && nm !== 'no-profile'
}

function profileProblems(goals: readonly CardGoal[]): Problem[] {
  return goals
    .filter(({ card, kernel }) => card.nm === 'no-profile' && kernel.length > 0)
    .map(({ card }) => ({
      code: 'nm-no-profile',
      summary: `${card.dev} is managed by NetworkManager but has no active profile to put MPTCP flags in`,
      hint: `activate one (nmcli device connect ${card.dev}), or make the card unmanaged`,
    }))
}

/** A NetworkManager that is away may own any card: what the kernel is told now it would take over, or undo, later. */
function stoppedProblems(goals: readonly CardGoal[], { nm }: EndpointFacts): Problem[] {
  if (nm.startsAtBoot !== true || goals.every(({ kernel }) => kernel.length === 0)) return []
  return [
    {
      code: 'nm-stopped',
      summary: 'NetworkManager does not run now but starts at boot, so whose cards these are cannot be told',
      hint:
        'start it (systemctl start NetworkManager) and run again; where something else sets up the network, disable ' +
        'it (systemctl disable NetworkManager)',
    },
  ]
}

function tableProblems(table: EndpointTable, have: EndpointFacts): Problem[] {
  const problems: Problem[] = []
  const size = Math.max(TABLE_SIZE, have.limits.max ?? 0)
  if (table.present.size > size) {
    problems.push({
      code: 'endpoint-table-full',
      summary: `${table.present.size} endpoints are more than the kernel's ${size}`,
      detail: [...table.present.keys()].join(', '),
      hint: 'declare fewer endpoints, or set exact: true to remove the others',
    })
  }
  const owners = new Map<number, string>()
  for (const [key, { id }] of table.present) {
    const other = owners.get(id)
    if (other !== undefined) {
      problems.push({
        code: 'id-taken',
        summary: `id ${id} is wanted for ${key} but ${other} has it`,
        hint: 'use another id',
      })
    }
    owners.set(id, key)
  }
  return problems
}
