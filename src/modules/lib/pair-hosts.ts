/** What a pair asks of each host: endpoints on the server, limits on both. */
import { endpointKey } from '../../facts/mptcp_endpoints.ts'
import type { PlanResult } from '../../model/change.ts'
import type { PathEnd } from '../../mptcp/pairing.ts'
import { sortFlags } from '../../mptcp/endpoint-flags.ts'
import { readCard, sameFlags } from '../../facts/read/card.ts'
import type { EndpointWish } from './endpoint-goals.ts'
import { planEndpoints } from './endpoints.ts'
import type { LimitsWish } from './limits.ts'
import { LIMIT_NAMES, planRunningLimits, withLimits } from './limits.ts'
import type { PairFacts, Pairing, PairWish } from './pair-types.ts'
import { defaultCards } from './pair-roles.ts'
import { planPersisted } from './persisted.ts'
import { mergePlans, finishPlan } from './steps.ts'

/** A server announces its address on every path of all its pairs; its limit is that of the pair with most paths. */
export function planServer(pairings: readonly Pairing[], have: PairFacts, want: PairWish): PlanResult {
  const wishes = new Map<string, EndpointWish>()
  for (const { paths } of pairings) {
    for (const { server, backup } of paths) {
      const wish = announce(server, backup, have)
      const other = wishes.get(wish.address)
      if (other === undefined || !other.flags.includes('backup')) wishes.set(wish.address, wish)
    }
  }
  const extra = Math.max(...pairings.map(({ paths }) => paths.length - 1))
  const plan = planHost([...wishes.values()], [], { subflows: extra, addAddrAccepted: null }, have, want)
  return { ...plan, notes: [...uniqueNotes(pairings), ...(plan.notes ?? [])] }
}

/** A client opens subflows to what is announced and has no endpoints of its own on the paths. */
export function planClient(pairing: Pairing, have: PairFacts, want: PairWish): PlanResult {
  const extra = pairing.paths.length - 1
  const quiet = defaultCards(
    pairing.paths.map((path) => path.client),
    have,
  )
  const plan = planHost([], quiet, { subflows: extra, addAddrAccepted: extra }, have, want)
  return { ...plan, notes: [...pairing.notes, ...(plan.notes ?? [])] }
}

function planHost(
  wishes: readonly EndpointWish[],
  quiet: readonly string[],
  least: LimitsWish,
  have: PairFacts,
  want: PairWish,
): PlanResult {
  const limits = raised(least, have, want.persist)
  const running = planRunningLimits(limits, have.limits)
  const endpoints = planEndpoints(wishes, have, { exact: false, persist: want.persist, quiet })
  const model = withLimits({ limits: have.persisted.limits, endpoints: endpoints.persisted }, limits)
  const persisted = want.persist ? planPersisted(have.persisted, model, have.identity) : { changes: [] }
  const plan = mergePlans(running, endpoints, persisted)
  return finishPlan(have.identity, plan)
}

/** Never lower than what runs or is restored at boot, so that what others asked for stays, before and after a reboot. */
function raised(least: LimitsWish, have: PairFacts, persist: boolean): LimitsWish {
  const wish: LimitsWish = { subflows: null, addAddrAccepted: null }
  for (const name of LIMIT_NAMES) {
    const needed = least[name]
    if (needed === null) continue
    const kept = persist ? (have.persisted.limits[name] ?? 0) : 0
    wish[name] = Math.max(needed, have.limits[name], kept)
  }
  return wish
}

/** The wish for one path address: signal, with what was declared for it before; backup as the path says, if it does. */
function announce(end: PathEnd, backup: boolean | null, have: PairFacts): EndpointWish {
  const key = endpointKey({ address: end.address, port: null })
  const card = readCard(end.dev, have)
  const there = have.endpoints[key]?.flags ?? have.persisted.endpoints[key]?.flags ?? card.makes[end.address] ?? []
  const declared = there.includes('signal') && !there.includes('implicit') ? there : []
  const flags = declared.filter((flag) => flag !== 'backup' || backup !== false)
  const wanted = sortFlags([...flags, 'signal', ...(backup === true ? (['backup'] as const) : [])])
  return { ...end, port: null, id: null, flags: sameFlags(wanted, declared) ? declared : wanted }
}

function uniqueNotes(pairings: readonly Pairing[]): NonNullable<PlanResult['notes']> {
  const seen = new Set<string>()
  return pairings
    .flatMap(({ notes }) => notes)
    .filter(({ summary }) => {
      const fresh = !seen.has(summary)
      seen.add(summary)
      return fresh
    })
}
